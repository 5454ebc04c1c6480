/** Finds the columns of a list by their names. */
import { quote } from "../core/read-option.ts";
import { BrokenListError } from "./broken-list-error.ts";
import { allFields, type Field, spellings } from "./fields.ts";
import type { ColumnNames } from "./read-options.ts";

/** Places of the columns: of the URLs, and of those of other fields that are there. */
export type Columns = { readonly url: number; readonly others: readonly (readonly [field: Field, place: number])[] };

/** What people call a column of URLs, also within a struct: suggested, never guessed. */
const likely =
	/^(?:.*\.)?(?:(?:image|img|file|download|source|src|page|pdf|media|audio|video)?[_ -]?(?:urls?|uri|href|link)|src)$/i;
/** A message names no more columns than these. */
const mostNamed = 30;

/** @throws {BrokenListError} one that is needed is not there, or is there twice. */
export function findColumns(names: readonly string[], wanted: ColumnNames = {}): Columns {
	const url = find(names, wanted.url ?? "url", "--url-column");
	const placeOf = (field: Field): number => {
		const named = wantedName(wanted, field);
		if (named !== undefined) return find(names, named, `--${field}-column`);
		const places = spellings[field].map((name) => find(names, name, undefined));
		return places.find((place) => place >= 0 && place !== url) ?? -1;
	};
	const others = allFields.map((field) => [field, placeOf(field)] as const);
	return { url, others: others.filter(([, place]) => place >= 0) };
}

/** The name of a column that was asked for. */
export function wantedName(wanted: ColumnNames, field: "url" | Field): string | undefined {
	return field === "url" || field === "out" || field === "checksum" ? wanted[field] : undefined;
}

/** By the exact name, else without case. @param flag - Of one that must be there. */
function find(names: readonly string[], wanted: string, flag: string | undefined): number {
	const exact = places(names, (name) => name === wanted);
	const found = exact.length > 0 ? exact : places(names, (name) => name.toLowerCase() === wanted.toLowerCase());
	const [place = -1] = found;
	if (found.length > 1) {
		throw new BrokenListError(1, `the column ${quote(wanted)} is there ${found.length} times; it has ${list(names)}`);
	}
	if (place >= 0 || flag === undefined) return place;
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
