/** What a list holds: one entry is one file to be saved, from one or more mirrors. */

/** One entry of a list, as written there: nothing in it has been checked yet, the URL included. */
export type Entry = {
	/** Line of the entry in its own list, counted from 1. */
	readonly line: number;
	/** Name of the list, where a run has several. */
	readonly list?: string;
	/** The mirrors of one file, as listed and never empty; the first one names the file. */
	readonly urls: readonly [string, ...string[]];
	/** File name to save under, relative to the download directory (or to `dir`); may name folders. */
	readonly out?: string;
	/** Folder to save in, relative to the download directory. */
	readonly dir?: string;
	/** Checksum as written in the list: `sha-256=HEX`, a bare digest, or Subresource Integrity. */
	readonly checksum?: string;
	/** Request headers of this entry alone, in their order. */
	readonly headers?: readonly Header[];
};

/** Name and value of one header field. */
export type Header = readonly [name: string, value: string];
