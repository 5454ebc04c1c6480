/** One file of a Metalink document: from its elements to an entry. */
import { type ChecksumAlgorithm, checksumAlgorithm, parseChecksum } from "../core/checksum.ts";
import type { Draft, Entry, Pieces } from "../core/entry.ts";
import { permanent } from "../core/failure.ts";
import { boundEntry } from "./limits.ts";
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
	/** Those that are no digests of their algorithm. */
	readonly unreadable: string[];
	readonly mirrors: Mirror[];
	sizeBytes: number | undefined;
	/** In several algorithms, perhaps. */
	readonly pieces: Hashes[];
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
				open.pieces.push({
					algorithm: checksumAlgorithm(attribute("type") ?? ""),
					lengthBytes: Number(attribute("length")),
					hexes: [],
				});
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
	return { name, checksums: [], unreadable: [], mirrors: [], sizeBytes: undefined, pieces: [], other: undefined };
}

function entryOf(file: File, place: Pick<Entry, "line" | "list">): Entry {
	const { name, checksums, unreadable, mirrors, sizeBytes, other } = file;
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
	// One that can be read is proof enough; where none can, the entry fails for that.
	const proofs = checksums.length > 0 ? checksums : unreadable;
	if (proofs.length > 0) draft.checksums = proofs;
	if (sizeBytes !== undefined) draft.sizeBytes = sizeBytes;
	const pieces = strongest(file.pieces.flatMap((hashes) => usablePieces(hashes, sizeBytes) ?? []));
	if (pieces !== undefined) draft.pieces = pieces;
	return boundEntry(draft);
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
	if (checksumAlgorithm(type) === undefined) return;
	const written = `${type.trim()}:${hex}`;
	(parseChecksum(written) === undefined ? file.unreadable : file.checksums).push(written);
}

function setSize(file: File, text: string): void {
	file.sizeBytes = numberOf(text);
}

function addPiece(file: File, hex: string): void {
	file.pieces.at(-1)?.hexes.push(hex.toLowerCase());
}

/** Those that cover the file; half of them would prove half of it. */
function usablePieces({ algorithm, lengthBytes, hexes }: Hashes, sizeBytes: number | undefined): Pieces | undefined {
	if (algorithm === undefined || !(lengthBytes > 0) || hexes.length === 0) return undefined;
	if (hexes.some((hex) => parseChecksum(`${algorithm}:${hex}`) === undefined)) return undefined;
	if (sizeBytes !== undefined && hexes.length !== Math.ceil(sizeBytes / lengthBytes)) return undefined;
	return { algorithm, lengthBytes, hexes };
}

/** Longer digests are those of stronger algorithms. */
function strongest(found: readonly Pieces[]): Pieces | undefined {
	return found.toSorted((a, b) => (b.hexes[0]?.length ?? 0) - (a.hexes[0]?.length ?? 0))[0];
}

function numberOf(text: string): number | undefined {
	return /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}
