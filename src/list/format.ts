/** Which format a list is in, and what it is packed with: by its name, else by how it begins. */
import { foreignMagics } from "./foreign.ts";

export type ListFormat = "text" | "jsonl" | "json" | "csv" | "tsv" | "metalink" | "parquet";
export type Packing = "gzip" | "zstd" | "brotli";

const formats: ReadonlyMap<string, ListFormat> = new Map([
	["txt", "text"],
	["lst", "text"],
	["urls", "text"],
	["jsonl", "jsonl"],
	["ndjson", "jsonl"],
	["json", "json"],
	["csv", "csv"],
	["tsv", "tsv"],
	["tab", "tsv"],
	["metalink", "metalink"],
	["meta4", "metalink"],
	["parquet", "parquet"],
	["pq", "parquet"],
]);

const packings: ReadonlyMap<string, Packing> = new Map([
	["gz", "gzip"],
	["zst", "zstd"],
	["zstd", "zstd"],
	["br", "brotli"],
]);

export type NameSays = { readonly format?: ListFormat | undefined; readonly packing?: Packing | undefined };

/** What the endings of a name say: `urls.csv.gz`. */
export function readName(name: string): NameSays {
	const [last = "", before = ""] = name.toLowerCase().split(/[/\\]/).at(-1)?.split(".").slice(1).toReversed() ?? [];
	const packing = packings.get(last);
	return { format: formats.get(packing === undefined ? last : before), packing };
}

/** @param choice a value of --format */
export function formatOf(choice: string): ListFormat | undefined {
	return choice === "aria2" ? "text" : [...formats.values()].find((format) => format === choice);
}

/** What the first bytes say it is packed with. Brotli has no magic. */
export function packingOf(beginning: Uint8Array): Packing | undefined {
	if (startsWith(beginning, [0x1f, 0x8b])) return "gzip";
	return startsWith(beginning, [0x28, 0xb5, 0x2f, 0xfd]) ? "zstd" : undefined;
}

/** Whether more bytes may change what `packingOf` or `looksLike` say. */
export function isUndecided(beginning: Uint8Array): boolean {
	if (beginning.length >= 256) return false;
	const isMagic = [
		[0x1f, 0x8b],
		[0x28, 0xb5, 0x2f, 0xfd],
		parquetMagic,
		[0xef, 0xbb, 0xbf],
		[0xff, 0xfe],
		[0xfe, 0xff],
		...foreignMagics,
	].some(
		(magic) =>
			beginning.length < magic.length && magic.slice(0, beginning.length).every((byte, at) => byte === beginning[at]),
	);
	if (isMagic) return true;
	const text = textOf(beginning);
	return (
		text === "" ||
		(text.startsWith("<") && text.length < longestMark) ||
		(beginning.length < 4 && beginning.includes(0))
	);
}

/** `<!DOCTYPE html` and a bit more. */
const longestMark = 20;
const parquetMagic = [0x50, 0x41, 0x52, 0x31];

/** The format that unpacked bytes look like. */
export function looksLike(beginning: Uint8Array): ListFormat {
	if (startsWith(beginning, parquetMagic)) return "parquet";
	const text = textOf(beginning);
	if (text.startsWith("{")) return "jsonl";
	if (text.startsWith("[")) return "json";
	return /^<(?:\?xml|metalink)/i.test(text) ? "metalink" : "text";
}

/** Without white space and a byte order mark before it; UTF-16 with its zeros taken out. */
function textOf(bytes: Uint8Array): string {
	return Buffer.from(bytes)
		.toString("latin1")
		.replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, "")
		.replaceAll("\0", "")
		.trimStart();
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
	return bytes.length >= magic.length && magic.every((byte, at) => byte === bytes[at]);
}
