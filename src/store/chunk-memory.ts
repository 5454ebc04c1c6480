/** Memory that small chunks stay in until their file is written, and that is used again: made and collected for each anew, it takes a twentieth of the time of a small file. */

/** Chunks that are smaller or larger have memory of their own: there are many of the ones, and few of the others. */
const smallestBytes = 1024;
const largestBytes = 32 * 1024;
/** Most pieces of one size that wait for their next use: 4 MiB in all. */
const mostSpare = 64;

/** A class, to tell ours from what other chunks lie in, which is not ours to use again. */
class ChunkMemory extends ArrayBuffer {}

/** By size, a power of two; the piece that was used last is the next, as the processor still has it at hand. */
const spare = new Map<number, ChunkMemory[]>();
for (let size = smallestBytes; size <= largestBytes; size *= 2) spare.set(size, []);

/** A copy that stays valid until it is let go; at most half of its memory is left unused. */
export function keepChunk(chunk: Buffer): Buffer {
	const { length } = chunk;
	const isUsual = length >= smallestBytes && length <= largestBytes;
	const copy = isUsual ? Buffer.from(take(roundUp(length)), 0, length) : Buffer.allocUnsafeSlow(length);
	copy.set(chunk);
	return copy;
}

/**
 * The bytes of a file are not needed any more.
 * @param chunks - In the order in which they came: what shares memory stands together.
 */
export function letGoOf(chunks: readonly Buffer[]): void {
	let last: ArrayBufferLike | undefined;
	for (const { buffer } of chunks) {
		if (buffer === last || !(buffer instanceof ChunkMemory)) continue;
		last = buffer;
		const kept = spare.get(buffer.byteLength);
		if (kept && kept.length < mostSpare) kept.push(buffer);
	}
}

function take(size: number): ChunkMemory {
	return spare.get(size)?.pop() ?? new ChunkMemory(size);
}

/** The next power of two, from 1 to 2^30. */
function roundUp(size: number): number {
	return 1 << (32 - Math.clz32(size - 1));
}
