/** The lines of a checksums file, found by the names of the files that they are of. */
import type { Checksum } from "./checksum.ts";
import { type ChecksumLine, parseChecksumLine, unknownLineAlgorithm } from "./checksum-lines.ts";

export type ChecksumTable = {
	/** Lines that were understood. */
	readonly size: number;
	/** Lines that were not, and where the first of them is, counted from 1. */
	readonly unreadable: {
		readonly count: number;
		readonly firstLine: number;
		/** What that line names, where that is an algorithm that is not known. */
		readonly algorithm?: string | undefined;
	};
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

/** Lines that were understood, as they are written, and their places by the last part of their names. */
type Index = Pick<ChecksumTable, "size" | "unreadable"> & {
	readonly text: string;
	readonly lines: readonly string[];
	readonly byName: ReadonlyMap<string, number | number[]>;
};

export function createChecksumTable(text: string): ChecksumTable {
	const { size, unreadable, lines, byName } = indexOf(text);
	const isMatched = new Uint8Array(size);
	const lineAt = (place: number): ChecksumLine | undefined => parseChecksumLine(lines[place] ?? "");
	return {
		size,
		unreadable,
		find(file, urlPath) {
			const names = new Set([baseOf(file), ...(urlPath === undefined ? [] : [baseOf(urlPath)])]);
			const found: Checksum[] = [];
			for (const place of [...names].flatMap((name) => byName.get(name) ?? [])) {
				const line = lineAt(place);
				if (line === undefined || !isOf(line, file, urlPath)) continue;
				isMatched[place] = 1;
				found.push(line.checksum);
			}
			return found;
		},
		unmatched() {
			const first = isMatched.indexOf(0);
			if (first < 0) return { count: 0, first: "" };
			return { count: isMatched.reduce((count, is) => count + 1 - is, 0), first: lineAt(first)?.name ?? "" };
		},
	};
}

let latest: Index | undefined;

/** Made once of a text: a million lines take seconds. What is kept of each is slices of the text. */
function indexOf(text: string): Index {
	if (latest?.text === text) return latest;
	const byName = new Map<string, number | number[]>();
	const lines: string[] = [];
	let unreadable = 0;
	let firstLine = 0;
	let algorithm: string | undefined;
	let number = 0;
	for (const raw of text.replace(/^\ufeff/, "").split(/\r?\n|[\r\0]/)) {
		number++;
		if (raw.trim() === "" || raw.startsWith("#")) continue;
		const line = raw.trimStart();
		const name = parseChecksumLine(line)?.name;
		if (name === undefined) {
			if (unreadable++ === 0) {
				firstLine = number;
				algorithm = unknownLineAlgorithm(line);
			}
			continue;
		}
		const place = lines.push(line) - 1;
		const base = baseOf(name);
		const others = byName.get(base);
		if (others === undefined) byName.set(base, place);
		else if (typeof others === "number") byName.set(base, [others, place]);
		else others.push(place);
	}
	const told = { count: unreadable, firstLine, ...(algorithm !== undefined && { algorithm }) };
	latest = { text, size: lines.length, unreadable: told, lines, byName };
	return latest;
}

let latestTable: { readonly text: string; readonly table: ChecksumTable } | undefined;

/** A table of a text that many ask for; what matched so far is the business of nobody. */
export function checksumTableOf(text: string): ChecksumTable {
	if (latestTable?.text !== text) latestTable = { text, table: createChecksumTable(text) };
	return latestTable.table;
}

function isOf({ name }: ChecksumLine, file: string, urlPath: string | undefined): boolean {
	return !name.includes("/") || name === file || (urlPath?.endsWith(`/${name.replace(/^\/+/, "")}`) ?? false);
}

function baseOf(path: string): string {
	return path.slice(path.lastIndexOf("/") + 1);
}
