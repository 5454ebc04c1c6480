/** Memory that small bodies gather in until their file is written, and that is used again: made and collected for each anew, it takes a twentieth of the time of a small file. */

/** Sizes are powers of two. */
const smallestBytes = 1024;
const largestBytes = 128 * 1024;
/** Most bytes of one size that wait for their next use, in at most so many pieces. */
const mostSpareBytes = 2 * 1024 * 1024;
const mostSpare = 64;

/** By size; the piece that was used last is the next, as the processor still has it at hand. */
const spare = new Map<number, Buffer[]>();
for (let size = smallestBytes; size <= largestBytes; size *= 2) spare.set(size, []);

/**
 * Memory with room for more: the same where that has it.
 * @param memory - What is here so far; it belongs to nobody afterwards where other memory comes back.
 * @param used - Bytes of it that are in use, and move along.
 * @param wanted - Bytes that must have room.
 */
export function withRoom(memory: Buffer | undefined, used: number, wanted: number): Buffer {
	if (memory && memory.length >= wanted) return memory;
	const larger = take(roundUp(Math.max(wanted, smallestBytes)));
	if (memory) {
		memory.copy(larger, 0, 0, used);
		letGoOf(memory);
	}
	return larger;
}

/** The memory is not needed any more: its next user gets it as it is. */
export function letGoOf(memory: Buffer): void {
	const kept = spare.get(memory.length);
	if (kept && kept.length < mostSpare && kept.length * memory.length < mostSpareBytes) kept.push(memory);
}

function take(size: number): Buffer {
	return spare.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
}

/** The next power of two, from 1 to 2^30. */
function roundUp(size: number): number {
	return 1 << (32 - Math.clz32(size - 1));
}
