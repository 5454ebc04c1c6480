/** What packed bytes that are damaged hold before the damage. */
import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";

/** Of longer lists what one call of the unpacker would have given is lost. */
const mostKept = 1024 * 1024;

/** The first bytes of a packed list, for as long as these are all of it. */
export type Kept = {
	/** Hands the chunks on. */
	through(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
	/** All bytes so far; undefined where there are too many, or where reading them failed: then they are not what is wrong. */
	bytes(): Uint8Array | undefined;
};

export function createKept(): Kept {
	let chunks: Uint8Array[] = [];
	let size = 0;
	let isRead = true;
	return {
		async *through(source) {
			try {
				for await (const chunk of source) {
					size += chunk.length;
					if (size > mostKept) chunks = [];
					else chunks.push(chunk.slice());
					yield chunk;
				}
			} catch (error) {
				isRead = false;
				throw error;
			}
		},
		bytes: () => (isRead && size <= mostKept ? Buffer.concat(chunks) : undefined),
	};
}

/**
 * Node's unpackers throw away what they have unpacked in the call that meets the damage, and with that all of a short
 * list. So the longest beginning that can be unpacked is looked for, and unpacked.
 *
 * @param given - How many unpacked bytes were given before.
 */
export async function* salvage(
	packed: Uint8Array,
	given: number,
	open: () => Duplex,
): AsyncGenerator<Uint8Array, void, undefined> {
	let good = 0;
	for (let bad = packed.length + 1; bad - good > 1; ) {
		const middle = Math.floor((good + bad) / 2);
		if (await isGood(packed.subarray(0, middle), open())) good = middle;
		else bad = middle;
	}
	const unpacker = open();
	unpacker.end(packed.subarray(0, good));
	let before = given;
	for await (const chunk of unpacker) {
		if (chunk.length > before) yield chunk.subarray(before);
		before = Math.max(0, before - chunk.length);
	}
}

async function isGood(packed: Uint8Array, unpacker: Duplex): Promise<boolean> {
	unpacker.resume();
	unpacker.end(packed);
	return await finished(unpacker).then(
		() => true,
		() => false,
	);
}
