/**
 * Memory that chunks stay in until their file is written, and that later chunks use again: to have it made and collected
 * for each anew costs a small file a twentieth of its time.
 */

/** Chunks that are smaller or larger have memory of their own: there are many of the ones, and few of the others. */
const smallestBytes = 1024;
const largestBytes = 32 * 1024;
/** Most pieces of one size that wait for their next use: 4 MiB in all. */
const mostSpare = 64;

/** By size, a power of two; the piece that was used last is the next, as the processor still has it at hand. */
const spare = new Map<number, ArrayBuffer[]>();
for (let size = smallestBytes; size <= largestBytes; size *= 2) spare.set(size, []);

/** Chunks of other origin may be as large, and are not ours to use again. */
const ours = new WeakSet<ArrayBufferLike>();

/** A copy that stays valid until it is let go; at most half of its memory is left unused. */
export function keepChunk(chunk: Buffer): Buffer {
	const { length } = chunk;
	const memory = length < smallestBytes || length > largestBytes ? undefined : take(roundUp(length));
	const copy = memory ? Buffer.from(memory, 0, length) : Buffer.allocUnsafeSlow(length);
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
		if (buffer === last) continue;
		last = buffer;
		if (!ours.has(buffer) || !(buffer instanceof ArrayBuffer)) continue;
		const kept = spare.get(buffer.byteLength);
		if (kept && kept.length < mostSpare) kept.push(buffer);
	}
}

function take(size: number): ArrayBuffer {
	const used = spare.get(size)?.pop();
	if (used) return used;
	const made = new ArrayBuffer(size);
	ours.add(made);
	return made;
}

/** The next power of two, from 1 to 2^30. */
function roundUp(size: number): number {
	return 1 << (32 - Math.clz32(size - 1));
}
