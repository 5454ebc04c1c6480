/** Which numbers to try for names that are taken, so that a thousand files of one name cost some requests each. */
import { StoreError } from "./s3-store.ts";

export type Names = {
	/** Whether a file of that name was in the way before. */
	isTaken(slot: string): boolean;
	/** The next number that nobody here has tried. @param isFree - Asks the store. */
	next(slot: string, isFree: (n: number) => Promise<boolean>): Promise<number>;
	/** Others are ahead of what is remembered: the store is asked again. */
	forget(slot: string): void;
};

/** More files of one name are not believed. */
const mostFiles = 2 ** 24;
/** Most names whose numbers are remembered. */
const keepNames = 10_000;

export function createNames(): Names {
	const numbers = new Map<string, Promise<{ next: number }>>();
	return {
		isTaken: (slot) => numbers.has(slot),
		async next(slot, isFree) {
			let known = numbers.get(slot);
			if (!known) {
				if (numbers.size >= keepNames) numbers.clear();
				known = firstFree(isFree).then((next) => ({ next }));
				numbers.set(slot, known);
				known.catch(() => numbers.delete(slot));
			}
			const state = await known;
			return state.next++;
		},
		forget: (slot) => void numbers.delete(slot),
	};
}

/** The first number that is free, found by doubling: others may take it meanwhile, and then the next is tried. */
async function firstFree(isFree: (n: number) => Promise<boolean>): Promise<number> {
	let high = 1;
	while (!(await isFree(high))) {
		high *= 2;
		if (high > mostFiles)
			throw new StoreError(new Error(`the store says that ${mostFiles} files of that name are there`));
	}
	let low = high >> 1;
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if (await isFree(middle)) high = middle;
		else low = middle;
	}
	return high;
}
