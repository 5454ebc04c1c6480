/** An entry from an object: an element of a JSON list, a line of a JSON Lines one, or what a program gives. */
import type { Draft, Entry, Header } from "../core/entry.ts";
import { permanent } from "../core/failure.ts";
import { publicText } from "../core/public-url.ts";
import { namedInstead } from "./columns.ts";
import { type Field, headerOf, setFields, spellings } from "./fields.ts";
import { boundEntry } from "./limits.ts";
import type { ColumnNames } from "./read-options.ts";
import type { UrlReader } from "./url-reader.ts";

export type ObjectReader = (item: unknown, place: Pick<Entry, "line" | "list">) => Entry;

/** Reads items: a text is a URL, an object has the fields of an entry; what is neither fails as the text that it makes. */
export function objectReader(readUrl: UrlReader, columns: ColumnNames = {}): ObjectReader {
	const names = { url: columns.url ?? "url", out: columns.out ?? "out", checksum: columns.checksum ?? "checksum" };
	return (item, place) => {
		if (typeof item === "string" || item instanceof URL) return boundEntry({ ...place, urls: [readUrl(String(item))] });
		if (typeof item !== "object" || item === null || Array.isArray(item)) {
			return noEntry(place, item, "it is neither a URL nor an object");
		}
		const field = fieldsOf(item);
		const urls = field(names.url);
		const [first, ...others] = (Array.isArray(urls) ? urls : [urls]).map((url) => readUrl(textOf(url)));
		if (urls === undefined) return noEntry(place, "", lacking(names.url, namesOf(item)));
		if (first === undefined) return noEntry(place, "", `its ${JSON.stringify(names.url)} is empty`);
		const draft: Draft = { ...place, urls: [first, ...others] };
		const given = (one: Field): unknown => {
			const known: readonly string[] = one === "out" || one === "checksum" ? [names[one]] : spellings[one];
			for (const name of known) {
				const value = name === names.url ? undefined : field(name);
				if (value != null) return value;
			}
			return undefined;
		};
		const [checksum, headers] = [given("checksum"), given("headers")];
		setFields(draft, {
			text(one) {
				const value = given(one);
				return value === undefined ? undefined : textOf(value);
			},
			checksums: checksum === undefined ? [] : (Array.isArray(checksum) ? checksum : [checksum]).map(textOf),
			headers: headers === undefined ? [] : headersOf(headers),
		});
		return boundEntry(draft);
	};
}

function lacking(wanted: string, keys: readonly string[]): string {
	const others = keys.length === 0 ? "" : `, but ${namedInstead(keys, "--url-column")}`;
	return `it has no ${JSON.stringify(wanted)}${others}`;
}

/** A row that is none: it fails with its number, and the list goes on. */
export function noEntry(place: Pick<Entry, "line" | "list">, shown: unknown, problem: string): Entry {
	// Without user info before it is cut: what is left of a password could not be recognised.
	return {
		...place,
		urls: [publicText(textOf(shown)).slice(0, 200)],
		failure: permanent("invalid_url", `no entry: ${problem}`),
	};
}

/** Own fields alone: by their exact name, else without case, else, as `image.url`, within another one. */
function fieldsOf(item: object): (name: string) => unknown {
	let keys: ReadonlyMap<string, string> | undefined;
	return (name) => {
		if (Object.hasOwn(item, name)) return Reflect.get(item, name);
		// The first one of its kind counts.
		keys ??= new Map(
			Object.keys(item)
				.reverse()
				.map((key) => [key.toLowerCase(), key]),
		);
		const near = keys.get(name.toLowerCase());
		return near === undefined ? fieldWithin(item, name) : Reflect.get(item, near);
	};
}

function fieldWithin(item: object, name: string): unknown {
	for (let dot = name.indexOf("."); dot > 0; dot = name.indexOf(".", dot + 1)) {
		const outer: unknown = fieldsOf(item)(name.slice(0, dot));
		const inner = isObject(outer) ? fieldsOf(outer)(name.slice(dot + 1)) : undefined;
		if (inner !== undefined) return inner;
	}
	return undefined;
}

/** Names of fields, with those of objects within. */
function namesOf(item: object, depth = 3): string[] {
	return Object.entries(item).flatMap(([name, value]: [string, unknown]) =>
		depth > 0 && isObject(value) ? namesOf(value, depth - 1).map((inner) => `${name}.${inner}`) : [name],
	);
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof URL);
}

function textOf(value: unknown): string {
	if (typeof value === "string") return value;
	if (typeof value === "object" && value !== null && !(value instanceof URL))
		return JSON.stringify(value).slice(0, 2000);
	return String(value ?? "");
}

/** As a map, a `Headers`, pairs, or as texts `Name: value`. They are checked where all headers of entries are. */
function headersOf(given: unknown): readonly Header[] {
	if (typeof given === "string") return [headerOf(given)];
	const isMany = typeof given === "object" && given !== null && Symbol.iterator in given;
	const pairs: readonly unknown[] = isMany ? Array.from(Object(given)) : Object.entries(Object(given));
	return pairs.flatMap((pair): readonly Header[] => {
		if (typeof pair === "string") return [headerOf(pair)];
		const [name, value]: readonly unknown[] = Array.isArray(pair) ? pair : [pair];
		const values: readonly unknown[] = Array.isArray(value) ? value : [value];
		return values.map((one) => [textOf(name), textOf(one)]);
	});
}
