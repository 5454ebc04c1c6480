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
	/** Keeps what `next` makes of the number of a key; undefined stands for that of a key that is not known. */
	update(key: string, next: (value: number | undefined) => number): void;
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

	const put = (at: number, w0: number, w1: number, w2: number, w3: number): void => {
		words[at] = w0;
		words[at + 1] = w1;
		words[at + 2] = w2;
		words[at + 3] = w3;
	};

	const read = (at: number): number | undefined => {
		const stored = ((words[at + 2] ?? 0) & low16) * two32 + (words[at + 3] ?? 0);
		return stored === 0 ? undefined : stored - 1;
	};

	const update = (key: string, next: (value: number | undefined) => number): void => {
		const k0 = hexNumber(key, 0, 8);
		const k1 = hexNumber(key, 8, 16);
		const k2 = hexNumber(key, 16, 20);
		let at = find(k0, k1, k2);
		const before = read(at);
		if (before === undefined) {
			size++;
			if (size > slots * fullest) {
				grow();
				at = find(k0, k1, k2);
			}
		}
		const stored = next(before) + 1;
		put(at, k0, k1, ((k2 << 16) | Math.floor(stored / two32)) >>> 0, stored >>> 0);
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
			if (w3 !== 0 || (w2 & low16) !== 0) put(find(w0, w1, w2 >>> 16), w0, w1, w2, w3);
		}
	};

	return {
		get size() {
			return size;
		},
		get: (key) => read(find(hexNumber(key, 0, 8), hexNumber(key, 8, 16), hexNumber(key, 16, 20))),
		set: (key, value) => update(key, () => value),
		update,
	};
}

const digitZero = 48;
const digitNine = 57;
/** What makes 10 of the character code of `a`. */
const letterOffset = 87;

/** The number that some lower-case hexadecimal digits of a key stand for. `Number.parseInt` is several times slower. */
function hexNumber(key: string, from: number, to: number): number {
	let number = 0;
	for (let at = from; at < to; at++) {
		const code = key.charCodeAt(at);
		number = number * 16 + code - (code <= digitNine ? digitZero : letterOffset);
	}
	return number;
}
