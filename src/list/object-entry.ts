/** An entry from an object: an element of a JSON list, a line of a JSON Lines one, or what a program gives. */
import type { Draft, Entry, Header } from "../core/entry.ts";
import { permanent } from "../core/failure.ts";
import { publicText } from "../core/public-url.ts";
import { namedInstead } from "./columns.ts";
import { addHeaders, allFields, type Field, headerOf, setField, spellings } from "./fields.ts";
import { boundEntry } from "./limits.ts";
import type { ColumnNames } from "./read-options.ts";
import type { UrlReader } from "./url-reader.ts";

export type ObjectReader = (item: unknown, place: Pick<Entry, "line" | "list">) => Entry;

/** Reads items: a text is a URL, an object has the fields of an entry; what is neither fails as the text that it makes. */
export function objectReader(readUrl: UrlReader, columns: ColumnNames = {}): ObjectReader {
	const names = { url: columns.url ?? "url", out: columns.out ?? "out", checksum: columns.checksum ?? "checksum" };
	const find = fieldFinder(names, columns);
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
		const found = find(item);
		for (const one of allFields) {
			const name = one === "out" || one === "checksum" ? names[one] : "";
			const value = found[one] ?? (name.includes(".") ? field(name) : undefined);
			if (value != null) set(draft, one, value);
		}
		return boundEntry(draft);
	};
}

type Found = { [One in Field]?: unknown };

/** Looks at each field of an item once: those by their exact names come before those without case. */
function fieldFinder(names: Required<ColumnNames>, columns: ColumnNames): (item: object) => Found {
	const uses = new Map<string, Field>();
	const isUrl = (name: string): boolean => name.toLowerCase() === names.url?.toLowerCase();
	for (const one of allFields) {
		const named = one === "out" || one === "checksum" ? columns[one] : undefined;
		const known = named === undefined ? spellings[one].filter((name) => !isUrl(name)) : [named];
		for (const name of known) uses.set(name, one);
	}
	const withoutCase = new Map([...uses].reverse().map(([name, one]) => [name.toLowerCase(), one]));
	return (item) => {
		const found: Found = {};
		for (const key in item) {
			if (!Object.hasOwn(item, key)) continue;
			const exact = uses.get(key);
			if (exact !== undefined) found[exact] = Reflect.get(item, key);
			else {
				const near = withoutCase.get(key.toLowerCase());
				if (near !== undefined) found[near] ??= Reflect.get(item, key);
			}
		}
		return found;
	};
}

function set(draft: Draft, field: Field, value: unknown): void {
	if (field === "headers") addHeaders(draft, headersOf(value));
	else if (field === "checksum" && Array.isArray(value)) draft.checksums = value.map(textOf);
	else setField(draft, field, textOf(value));
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
	return (name) => {
		if (Object.hasOwn(item, name)) return Reflect.get(item, name);
		const near = Object.keys(item).find((key) => key.toLowerCase() === name.toLowerCase());
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
