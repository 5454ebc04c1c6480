/** A set of entry keys with a number each, in 16 bytes a slot, 19 to 24 a key: the only thing of a run that grows with the list. */

const wordsPerSlot = 4;
/** Each grows by itself: what is copied at once, and is there twice for that time, is little of the whole. */
const shards = 64;
const firstSlots = 16;
/** Share of the slots that may be taken before a shard grows. */
const fullest = 0.85;
/** A shard doubles while it is small; then it grows by less, so that little of it is empty. */
const smallSlots = 2048;
const growth = 1.25;
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
	const tables = Array.from({ length: shards }, createShard);
	let size = 0;
	/** The key that was asked for last: to look and then to set is the rule. */
	const key: Key = { w0: 0, w1: 0, high: 0 };
	let parsed = "";

	const shardOf = (text: string): Shard => {
		if (text !== parsed) {
			parsed = text;
			key.w0 = Number.parseInt(text.slice(0, 8), 16);
			key.w1 = Number.parseInt(text.slice(8, 16), 16);
			key.high = Number.parseInt(text.slice(16, 20), 16);
		}
		const shard = tables[key.w1 % shards];
		if (shard === undefined) throw new Error(`${text} is no key`);
		return shard;
	};

	return {
		get size() {
			return size;
		},
		get(text) {
			const shard = shardOf(text);
			const at = find(shard, key);
			const stored = ((shard.words[at + 2] ?? 0) & low16) * two32 + (shard.words[at + 3] ?? 0);
			return stored === 0 ? undefined : stored - 1;
		},
		set(text, value) {
			const shard = shardOf(text);
			let at = find(shard, key);
			if (isFree(shard.words, at)) {
				size++;
				shard.size++;
				if (shard.size > shard.slots * fullest) {
					grow(shard);
					at = find(shard, key);
				}
			}
			const stored = value + 1;
			shard.words[at] = key.w0;
			shard.words[at + 1] = key.w1;
			shard.words[at + 2] = (key.high << 16) | Math.floor(stored / two32);
			shard.words[at + 3] = stored;
		},
	};
}

type Shard = { words: Uint32Array; slots: number; size: number };
/** 80 bits. */
type Key = { w0: number; w1: number; high: number };

function createShard(): Shard {
	return { words: new Uint32Array(firstSlots * wordsPerSlot), slots: firstSlots, size: 0 };
}

function isFree(words: Uint32Array, at: number): boolean {
	return words[at + 3] === 0 && ((words[at + 2] ?? 0) & low16) === 0;
}

/** Index of the slot of such a key, or of the free one where it would go. */
function find({ words, slots }: Shard, { w0, w1, high }: Key): number {
	let slot = w0 % slots;
	for (;;) {
		const at = slot * wordsPerSlot;
		if (isFree(words, at)) return at;
		if (words[at] === w0 && words[at + 1] === w1 && (words[at + 2] ?? 0) >>> 16 === high) return at;
		slot = slot + 1 === slots ? 0 : slot + 1;
	}
}

function grow(shard: Shard): void {
	const old = shard.words;
	shard.slots = shard.slots < smallSlots ? shard.slots * 2 : Math.ceil(shard.slots * growth);
	shard.words = new Uint32Array(shard.slots * wordsPerSlot);
	const key: Key = { w0: 0, w1: 0, high: 0 };
	for (let from = 0; from < old.length; from += wordsPerSlot) {
		if (isFree(old, from)) continue;
		key.w0 = old[from] ?? 0;
		key.w1 = old[from + 1] ?? 0;
		key.high = (old[from + 2] ?? 0) >>> 16;
		const to = find(shard, key);
		for (let word = 0; word < wordsPerSlot; word++) shard.words[to + word] = old[from + word] ?? 0;
	}
	// The collector sees little of such memory, and comes late. Node 20 has no such method.
	if ("transfer" in old.buffer && typeof old.buffer.transfer === "function") old.buffer.transfer(0);
}
