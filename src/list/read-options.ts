/** What the readers of all formats take. */

/** The columns that entries are read from, and those that were asked for by name: they must be there. */
export type ColumnNames = {
	readonly url?: string | undefined;
	readonly out?: string | undefined;
	readonly checksum?: string | undefined;
};

export type ReadOptions = {
	/** Name for the entries, where a run has several lists. */
	readonly list?: string | undefined;
	/** What entries that are no absolute URL are resolved against. */
	readonly base?: string | undefined;
	/** Whether patterns in the URLs of text lists stand for many of them. */
	readonly expand?: boolean | undefined;
	readonly columns?: ColumnNames | undefined;
	warn(message: string): void;
	readonly signal?: AbortSignal | undefined;
};
