/** One file of a Metalink document: from its elements to an entry. */
import { type ChecksumAlgorithm, checksumAlgorithm } from "../core/checksum.ts";
import type { Draft, Entry } from "../core/entry.ts";
import { permanent } from "../core/failure.ts";
import type { ReadOptions } from "./read-options.ts";
import { createUrlReader } from "./url-reader.ts";

export type FileReader = {
	open(element: Element): void;
	text(text: string): void;
	close(name: string): void;
};

export type Element = {
	readonly name: string;
	/** Name of the element that it stands in. */
	readonly parent: string;
	/** The value of an attribute; undefined where there is none of that name. */
	attribute(name: string): string | undefined;
};

type Mirror = { readonly url: string; readonly rank: number };
type Hashes = {
	readonly algorithm: ChecksumAlgorithm | undefined;
	readonly lengthBytes: number;
	readonly hexes: string[];
};

type File = {
	readonly name: string | undefined;
	readonly checksums: string[];
	readonly mirrors: Mirror[];
	sizeBytes: number | undefined;
	pieces: Hashes | undefined;
	/** The first address that is not http(s). */
	other: string | undefined;
};

/** What version 4 ranks a mirror that it does not rank (RFC 5854, 4.2.16.2). */
const lowestPriority = 999_999;

/** @param onFile is handed each file that ends, as what makes an entry of its number */
export function createFileReader(options: ReadOptions, onFile: (make: (line: number) => Entry) => void): FileReader {
	const readUrl = createUrlReader(options);
	let file: File | undefined;
	/** Text of the element that is open, where it is wanted. */
	let text = "";
	let wanted: ((text: string) => void) | undefined;
	let isInPieces = false;
	return {
		open({ name, parent, attribute }) {
			text = "";
			wanted = undefined;
			if (name === "file") {
				file = emptyFile(attribute("name"));
				isInPieces = false;
			}
			if (file === undefined) return;
			const open = file;
			if (name === "pieces") {
				isInPieces = true;
				open.pieces = beginPieces(attribute("type"), Number(attribute("length")));
			} else if (name === "hash") {
				const type = attribute("type") ?? "";
				wanted = isInPieces ? (hex) => addPiece(open, hex) : (hex) => addChecksum(open, type, hex);
			} else if (name === "size") wanted = (size) => setSize(open, size);
			else if (name === "url" && (parent === "file" || parent === "resources")) {
				// Of version 3 also the address of a torrent, which is not the file.
				const isOther = !/^https?$/i.test(attribute("type") ?? "http");
				const rank = rankOf(attribute("priority"), attribute("preference"));
				wanted = (url) => addMirror(open, isOther ? `${attribute("type")}:${url}` : readUrl(url), rank);
			}
		},
		text(more) {
			if (wanted !== undefined) text += more;
		},
		close(name) {
			wanted?.(text.trim());
			wanted = undefined;
			text = "";
			if (name === "pieces") isInPieces = false;
			if (name !== "file" || file === undefined) return;
			const ended = file;
			file = undefined;
			onFile((line) => entryOf(ended, options.list === undefined ? { line } : { line, list: options.list }));
		},
	};
}

function emptyFile(name: string | undefined): File {
	return { name, checksums: [], mirrors: [], sizeBytes: undefined, pieces: undefined, other: undefined };
}

function entryOf(file: File, place: Pick<Entry, "line" | "list">): Entry {
	const { name, checksums, mirrors, sizeBytes, other } = file;
	// The sort keeps the order of those that rank the same.
	const [first, ...others] = mirrors.toSorted((a, b) => a.rank - b.rank).map(({ url }) => url);
	if (first === undefined) {
		const failure =
			other === undefined
				? permanent("invalid_url", "the file has no URL")
				: permanent("unsupported_scheme", "none of the file's mirrors is http or https");
		return { ...place, urls: [other ?? name ?? ""], failure };
	}
	const draft: Draft = { ...place, urls: [first, ...others] };
	if (name !== undefined && name !== "") draft.out = name;
	if (checksums.length > 0) draft.checksums = checksums;
	if (sizeBytes !== undefined) draft.sizeBytes = sizeBytes;
	const pieces = usablePieces(file.pieces, sizeBytes);
	if (pieces !== undefined) draft.pieces = pieces;
	return draft;
}

function addMirror(file: File, url: string, rank: number): void {
	if (/^https?:/i.test(url)) file.mirrors.push({ url, rank });
	else if (url !== "") file.other ??= url;
}

/** Version 4 ranks from 1 on, version 3 from 100 down. */
function rankOf(priority: string | undefined, preference: string | undefined): number {
	if (priority !== undefined) return numberOf(priority) ?? lowestPriority;
	if (preference !== undefined) return lowestPriority - (numberOf(preference) ?? 0);
	return lowestPriority;
}

/** One of an algorithm that is not known is passed over: others may be there. */
function addChecksum(file: File, type: string, hex: string): void {
	if (checksumAlgorithm(type) !== undefined) file.checksums.push(`${type}:${hex}`);
}

function setSize(file: File, text: string): void {
	file.sizeBytes = numberOf(text);
}

function beginPieces(type: string | undefined, lengthBytes: number): Hashes {
	return { algorithm: checksumAlgorithm(type ?? ""), lengthBytes, hexes: [] };
}

function addPiece(file: File, hex: string): void {
	file.pieces?.hexes.push(hex.toLowerCase());
}

/** Those that cover the file; half of them would prove half of it. */
function usablePieces(found: Hashes | undefined, sizeBytes: number | undefined): Entry["pieces"] {
	if (found?.algorithm === undefined || !(found.lengthBytes > 0) || found.hexes.length === 0) return undefined;
	if (sizeBytes !== undefined && found.hexes.length !== Math.ceil(sizeBytes / found.lengthBytes)) return undefined;
	return { algorithm: found.algorithm, lengthBytes: found.lengthBytes, hexes: found.hexes };
}

function numberOf(text: string): number | undefined {
	return /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}
