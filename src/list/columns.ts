/** Finds the columns of a list by their names. */
import { quote } from "../core/read-option.ts";
import { BrokenListError } from "./broken-list-error.ts";
import { allFields, spellings } from "./fields.ts";
import type { ReadOptions } from "./read-options.ts";

/** Places of the columns; -1 for one that is not there and not needed. */
export type Columns = { readonly url: number; readonly out: number; readonly checksum: number };

/** What people call a column of URLs, also within a struct: suggested, never guessed. */
const likely =
	/^(?:.*\.)?(?:(?:image|img|file|download|source|src|page|pdf|media|audio|video)?[_ -]?(?:urls?|uri|href|link)|src)$/i;
/** A message names no more columns than these. */
const mostNamed = 30;
/** What objects can say, and columns cannot: one may have such a name by chance, and would change what is asked for or saved. */
const ofObjects: ReadonlySet<string> = new Set(
	allFields
		.filter((field) => field !== "out" && field !== "checksum")
		.flatMap((field) => spellings[field].map((name) => name.toLowerCase())),
);

/**
 * Warns of columns that would mean something in a list of objects.
 * @throws {BrokenListError} one that is needed is not there, or is there twice.
 */
export function findColumns(
	names: readonly string[],
	{ columns: { url, out, checksum } = {}, warn }: Pick<ReadOptions, "columns" | "warn">,
): Columns {
	const found = {
		url: find(names, url ?? "url", "--url-column"),
		out: find(names, out ?? "out", "--out-column", out === undefined),
		checksum: find(names, checksum ?? "checksum", "--checksum-column", checksum === undefined),
	};
	const used: readonly number[] = Object.values(found);
	const unused = names.filter((name, place) => ofObjects.has(name.toLowerCase()) && !used.includes(place));
	if (unused.length > 0) {
		const columns = unused.length === 1 ? "column" : "columns";
		warn(`passed over: ${columns} ${list(unused)}, which JSON and JSON Lines alone say of an entry`);
	}
	return found;
}

/** By the exact name, else without case. */
function find(names: readonly string[], wanted: string, flag: string, mayLack = false): number {
	const exact = places(names, (name) => name === wanted);
	const found = exact.length > 0 ? exact : places(names, (name) => name.toLowerCase() === wanted.toLowerCase());
	const [place = -1] = found;
	if (found.length > 1) {
		throw new BrokenListError(1, `the column ${quote(wanted)} is there ${found.length} times; it has ${list(names)}`);
	}
	if (place >= 0 || mayLack) return place;
	throw new BrokenListError(1, `no column ${quote(wanted)}; it has ${namedInstead(names, flag)}`);
}

/** The names that there are, and what to do where the one that is needed is none of them. */
export function namedInstead(names: readonly string[], flag: string): string {
	return `${list(names)}: ${adviceOf(names, flag)}`;
}

function adviceOf(names: readonly string[], flag: string): string {
	if (names.some((name) => /^https?:\/\//i.test(name))) return "columns want a header row with their names";
	const near = flag === "--url-column" ? names.find((name) => likely.test(name.trim())) : undefined;
	return near === undefined ? `name one with ${flag}` : `${flag} ${quote(near)}, perhaps`;
}

function places(names: readonly string[], fits: (name: string) => boolean): number[] {
	return names.flatMap((name, place) => (fits(name) ? [place] : []));
}

function list(names: readonly string[]): string {
	const shown = names.slice(0, mostNamed).map((name) => quote(name).slice(1, -1));
	return `${shown.join(", ")}${names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ""}`;
}
