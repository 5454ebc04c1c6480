/** What a list holds: one entry is one file to be saved, from one or more mirrors. */
import type { ChecksumAlgorithm } from "./checksum.ts";
import type { Failure } from "./failure.ts";

/** One entry of a list, as written there: nothing in it has been checked yet, the URL included. */
export type Entry = {
	/**
	 * Place of the entry in its own list, counted from 1: the physical line on which it begins, for text, csv, tsv and
	 * jsonl; the number of the element or row for json, parquet and metalink.
	 */
	readonly line: number;
	/** Name of the list, where a run has several. */
	readonly list?: string;
	/** The mirrors of one file, as listed and never empty; the first one names the file. */
	readonly urls: readonly [string, ...string[]];
	/** File name to save under, relative to the download directory (or to `dir`); may name folders. */
	readonly out?: string;
	/** Folder to save in, relative to the download directory. */
	readonly dir?: string;
	/** Checksums as written in the list: `sha-256=HEX`, a bare digest, or Subresource Integrity. All must hold. */
	readonly checksums?: readonly string[];
	/** Request headers of this entry alone, in their order. */
	readonly headers?: readonly Header[];
	/** `FIRST-LAST`: only these bytes of the resource are the file. */
	readonly range?: string;
	/** Media types that are wanted, with commas. */
	readonly expectType?: string;
	/** Size of the file in bytes, where the list knows it. */
	readonly sizeBytes?: number;
	/** Digests of the file's pieces, where the list knows them. */
	readonly pieces?: Pieces;
	/** Why it is no entry that could be tried: a row without a URL, the place where a list breaks off. */
	readonly failure?: Failure;
};

/** Name and value of one header field. */
export type Header = readonly [name: string, value: string];

/** The digests of a file's pieces, all of one length but the last (RFC 5854, 4.2.10). */
export type Pieces = {
	readonly algorithm: ChecksumAlgorithm;
	readonly lengthBytes: number;
	/** In lower case, in their order. */
	readonly hexes: readonly string[];
};

/** An entry that is being put together. */
export type Draft = { -readonly [Key in keyof Entry]: Entry[Key] };
