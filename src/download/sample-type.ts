/** What the first bytes of a file say of its type. The library that knows them loads with this module. */
import { fileTypeFromBuffer, supportedMimeTypes } from "file-type";
import { isText } from "../core/html.ts";
import { isWanted, usualType } from "../core/type-patterns.ts";

export type Sampling = {
	readonly wanted: readonly string[];
	/** What the server calls it, which is wanted; undefined where that says nothing. */
	readonly declared: string | undefined;
};

/** Formats in which other formats are kept: finding one of them contradicts none of those. */
const containers: ReadonlySet<string> = new Set([
	"application/zip",
	"application/x-cfb",
	"application/xml",
	"application/gzip",
	"application/x-ole-storage",
]);

const textTypes =
	/^text\/|^application\/(?:.*\+)?(?:json|xml|javascript|ecmascript|x-ndjson|jsonl|yaml|toml|sql|rtf|csv|x-sh|pgp-.*|metalink4)$|^model\/|^message\//;

let known: ReadonlySet<string> | undefined;

/** @returns The type that the bytes have, where it is not wanted. */
export async function judgeSample(sample: Uint8Array, { wanted, declared }: Sampling): Promise<string | undefined> {
	const found = await detect(sample);
	if (found !== undefined) {
		const fits = isWanted(wanted, found) || mayHold(found, declared === undefined ? wanted : [declared]);
		return fits ? undefined : found;
	}
	// A type that bytes do not show contradicts none.
	if (declared !== undefined) return undefined;
	const looksLikeText = isText(sample);
	if (wanted.some((pattern) => canBe(pattern, looksLikeText))) return undefined;
	return looksLikeText ? "text/plain" : "no known type";
}

async function detect(sample: Uint8Array): Promise<string | undefined> {
	try {
		const found = await fileTypeFromBuffer(sample);
		return found && usualType(found.mime);
	} catch {
		// It ended in the middle of what it would have to read.
		return undefined;
	}
}

/** Whether bytes of one type may be a file of others: a document in a ZIP file, sound in a file for films. */
function mayHold(found: string, types: readonly string[]): boolean {
	if (containers.has(found)) return types.some((type) => !knows(type) || isOfContainer(type));
	const isMedia = /^(?:audio|video)\//;
	return isMedia.test(found) && types.some((type) => isMedia.test(type));
}

/** Those that the library tells from their container only where it sees enough of them. */
function isOfContainer(type: string): boolean {
	return /[+.](?:zip|xml|openxmlformats.*|oasis.*|ms-.*)$|officedocument|opendocument|android|java-archive|epub|msword|vnd\.ms-|svg/.test(
		type,
	);
}

/** Whether bytes that show no type may be of one. */
function canBe(pattern: string, looksLikeText: boolean): boolean {
	if (pattern === "*/*") return true;
	if (looksLikeText && textTypes.test(pattern.replace("*", "x"))) return true;
	if (pattern === "application/octet-stream") return true;
	return !looksLikeText && !pattern.includes("*") && !textTypes.test(pattern) && !knows(pattern);
}

function knows(type: string): boolean {
	known ??= new Set(Array.from(supportedMimeTypes, (mime) => usualType(mime)));
	return type.includes("*") || known.has(type);
}
