/** Which numbered name a file gets where its own is taken: the last number of each name is remembered. */
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { numberedName } from "../core/naming.ts";
import type { Folder } from "./folders.ts";

/** Numbers that are tried one by one; a power of two. */
const singleLooks = 16;
/** More files of one name are not believed; and what is taken so many times in a row, although it was free, is not either. */
const mostFiles = 2 ** 24;
const mostTaken = 4096;
/** Most names whose last number is remembered. */
const keepNumbers = 10_000;

export type Numbering = {
	/** The number to begin with; 0 is the name itself. */
	first(folder: Folder, name: string): number;
	/**
	 * The number to try when one was taken.
	 * @param tries - How many were.
	 * @throws {NodeJS.ErrnoException} so many that the file system contradicts itself.
	 */
	next(folder: Folder, name: string, taken: number, tries: number): number;
	/** A number was used. */
	use(folder: Folder, name: string, n: number): void;
};

export function createNumbering(): Numbering {
	const numbers = new Map<string, number>();
	return {
		// Most runs never meet a name twice.
		first: (folder, name) => (numbers.size === 0 ? 0 : (numbers.get(slotOf(folder, name)) ?? 0)),
		next(folder, name, taken, tries) {
			if (tries >= mostTaken) throw contradiction(name, tries);
			// Others may be far ahead of what is remembered.
			return taken === 0 || tries % singleLooks === 0 ? firstFree(folder, name) : taken + 1;
		},
		use(folder, name, n) {
			if (n === 0) return;
			if (numbers.size >= keepNumbers) numbers.clear();
			numbers.set(slotOf(folder, name), n + 1);
		},
	};
}

/** The first number that no file has; beyond the first few found by doubling, so that a thousand files of one name cost ten looks each. */
function firstFree(folder: Folder, name: string): number {
	const taken = (n: number): boolean =>
		lstatSync(join(folder.path, numberedName(name, n)), { throwIfNoEntry: false }) !== undefined;
	for (let n = 1; n <= singleLooks; n++) if (!taken(n)) return n;
	let high = singleLooks;
	while (taken(high)) {
		high *= 2;
		if (high > mostFiles) throw contradiction(name, mostFiles);
	}
	let low = high / 2;
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if (taken(middle)) low = middle;
		else high = middle;
	}
	return high;
}

function contradiction(name: string, files: number): Error {
	const message = `the file system says of ${files} files of the name ${name} that they are there`;
	return Object.assign(new Error(message), { code: "EEXIST" });
}

function slotOf(folder: Folder, name: string): string {
	return `${folder.relative}/${name}`;
}
