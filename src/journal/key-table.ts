/** A set of entry keys with a number each, in 16 bytes a key: the only thing of a run that grows with the list. */

const wordsPerSlot = 4;
const firstSlots = 1024;
/** Share of the slots that may be taken before the table doubles. */
const fullest = 0.8;
const low16 = 0xffff;
const two32 = 2 ** 32;

export type KeyTable = {
	/** Keys held. */
	readonly size: number;
	/** The number kept for a key, from 0 to 2^47-1; undefined where the key is not known. */
	get(key: string): number | undefined;
	/** Keeps a number for a key. */
	set(key: string, value: number): void;
};

/**
 * Open addressing with linear probing. A slot holds 80 bits of key and 48 bits of the number plus one:
 * a slot of zeros is free.
 */
export function createKeyTable(): KeyTable {
	let slots = firstSlots;
	let words = new Uint32Array(slots * wordsPerSlot);
	let size = 0;
	/** The key that was asked for last, in words: to look and then to set is the rule. */
	let parsed = "";
	let k0 = 0;
	let k1 = 0;
	let k2 = 0;

	const parse = (key: string): void => {
		if (key === parsed) return;
		parsed = key;
		k0 = Number.parseInt(key.slice(0, 8), 16);
		k1 = Number.parseInt(key.slice(8, 16), 16);
		k2 = Number.parseInt(key.slice(16, 20), 16);
	};

	const isFree = (at: number): boolean => words[at + 3] === 0 && ((words[at + 2] ?? 0) & low16) === 0;

	/** Index of the slot of such a key, or of the free one where it would go. */
	const find = (w0: number, w1: number, high: number): number => {
		let slot = w0 & (slots - 1);
		for (;;) {
			const at = slot * wordsPerSlot;
			if (isFree(at)) return at;
			if (words[at] === w0 && words[at + 1] === w1 && (words[at + 2] ?? 0) >>> 16 === high) return at;
			slot = (slot + 1) & (slots - 1);
		}
	};

	const grow = (): void => {
		const old = words;
		slots *= 2;
		words = new Uint32Array(slots * wordsPerSlot);
		for (let from = 0; from < old.length; from += wordsPerSlot) {
			const w0 = old[from] ?? 0;
			const w1 = old[from + 1] ?? 0;
			const w2 = old[from + 2] ?? 0;
			const w3 = old[from + 3] ?? 0;
			if (w3 === 0 && (w2 & low16) === 0) continue;
			const to = find(w0, w1, w2 >>> 16);
			words[to] = w0;
			words[to + 1] = w1;
			words[to + 2] = w2;
			words[to + 3] = w3;
		}
	};

	return {
		get size() {
			return size;
		},
		get(key) {
			parse(key);
			const at = find(k0, k1, k2);
			const stored = ((words[at + 2] ?? 0) & low16) * two32 + (words[at + 3] ?? 0);
			return stored === 0 ? undefined : stored - 1;
		},
		set(key, value) {
			parse(key);
			let at = find(k0, k1, k2);
			if (isFree(at)) {
				size++;
				if (size > slots * fullest) {
					grow();
					at = find(k0, k1, k2);
				}
			}
			const stored = value + 1;
			words[at] = k0;
			words[at + 1] = k1;
			words[at + 2] = (k2 << 16) | Math.floor(stored / two32);
			words[at + 3] = stored;
		},
	};
}
