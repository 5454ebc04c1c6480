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

	/** Index of the key's slot, or of the free one where it would go. */
	const find = (k0: number, k1: number, k2: number): number => {
		let slot = k0 & (slots - 1);
		for (;;) {
			const at = slot * wordsPerSlot;
			const w2 = words[at + 2] ?? 0;
			const w3 = words[at + 3] ?? 0;
			if (w3 === 0 && (w2 & low16) === 0) return at;
			if (words[at] === k0 && words[at + 1] === k1 && w2 >>> 16 === k2) return at;
			slot = (slot + 1) & (slots - 1);
		}
	};

	const put = (at: number, word: readonly [number, number, number, number]): void => {
		words.set(word, at);
	};

	const grow = (): void => {
		const old = words;
		slots *= 2;
		words = new Uint32Array(slots * wordsPerSlot);
		for (let at = 0; at < old.length; at += wordsPerSlot) {
			const w0 = old[at] ?? 0;
			const w1 = old[at + 1] ?? 0;
			const w2 = old[at + 2] ?? 0;
			const w3 = old[at + 3] ?? 0;
			if (w3 !== 0 || (w2 & low16) !== 0) put(find(w0, w1, w2 >>> 16), [w0, w1, w2, w3]);
		}
	};

	return {
		get size() {
			return size;
		},
		get(key) {
			const at = find(...partsOf(key));
			const stored = ((words[at + 2] ?? 0) & low16) * two32 + (words[at + 3] ?? 0);
			return stored === 0 ? undefined : stored - 1;
		},
		set(key, value) {
			const [k0, k1, k2] = partsOf(key);
			let at = find(k0, k1, k2);
			const isNew = words[at + 3] === 0 && ((words[at + 2] ?? 0) & low16) === 0;
			if (isNew) {
				size++;
				if (size > slots * fullest) {
					grow();
					at = find(k0, k1, k2);
				}
			}
			const stored = value + 1;
			put(at, [k0, k1, ((k2 << 16) | Math.floor(stored / two32)) >>> 0, stored >>> 0]);
		},
	};
}

function partsOf(key: string): [number, number, number] {
	return [
		Number.parseInt(key.slice(0, 8), 16),
		Number.parseInt(key.slice(8, 16), 16),
		Number.parseInt(key.slice(16, 20), 16),
	];
}
