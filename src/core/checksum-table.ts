/** The lines of a checksums file, found by the names of the files that they are of. */
import type { Checksum } from "./checksum.ts";
import { type ChecksumLine, parseChecksumLine } from "./checksum-lines.ts";

export type ChecksumTable = {
	/** Lines that were understood. */
	readonly size: number;
	/** Lines that were not, and where the first of them is, counted from 1. */
	readonly unreadable: { readonly count: number; readonly firstLine: number };
	/**
	 * The digests of a file. A line without a folder is of every file of its name; one with a folder is of the file of
	 * that path, or of that end of a URL's path. All of them must hold. They count as matched from now on.
	 * @param file relative to the download directory
	 * @param urlPath path of the URL that was listed, where the file may be listed by that
	 */
	find(file: string, urlPath?: string): readonly Checksum[];
	/** Lines that matched nothing so far. */
	unmatched(): { readonly count: number; readonly first: string };
};

type Line = ChecksumLine & { isMatched: boolean };

export function createChecksumTable(text: string): ChecksumTable {
	const byName = new Map<string, Line[]>();
	let size = 0;
	let unreadable = 0;
	let firstLine = 0;
	for (const [index, raw] of text
		.replace(/^\ufeff/, "")
		.split(/\r?\n|[\r\0]/)
		.entries()) {
		if (raw.trim() === "" || raw.startsWith("#")) continue;
		const line = parseChecksumLine(raw.trimStart());
		if (line === undefined) {
			unreadable++;
			firstLine ||= index + 1;
			continue;
		}
		size++;
		const name = baseOf(line.name);
		const others = byName.get(name);
		if (others === undefined) byName.set(name, [{ ...line, isMatched: false }]);
		else others.push({ ...line, isMatched: false });
	}
	return {
		size,
		unreadable: { count: unreadable, firstLine },
		find(file, urlPath) {
			const names = new Set([baseOf(file), ...(urlPath === undefined ? [] : [baseOf(urlPath)])]);
			const found = [...names].flatMap((name) => byName.get(name) ?? []).filter((line) => isOf(line, file, urlPath));
			for (const line of found) line.isMatched = true;
			return found.map(({ checksum }) => checksum);
		},
		unmatched() {
			let count = 0;
			let first = "";
			for (const line of [...byName.values()].flat()) {
				if (line.isMatched) continue;
				count++;
				first ||= line.name;
			}
			return { count, first };
		},
	};
}

let latest: { readonly text: string; readonly table: ChecksumTable } | undefined;

/** The table of a text that many ask for, made once. */
export function checksumTableOf(text: string): ChecksumTable {
	latest ??= { text, table: createChecksumTable(text) };
	if (latest.text !== text) latest = { text, table: createChecksumTable(text) };
	return latest.table;
}

function isOf({ name }: ChecksumLine, file: string, urlPath: string | undefined): boolean {
	return !name.includes("/") || name === file || (urlPath?.endsWith(`/${name.replace(/^\/+/, "")}`) ?? false);
}

function baseOf(path: string): string {
	return path.slice(path.lastIndexOf("/") + 1);
}
