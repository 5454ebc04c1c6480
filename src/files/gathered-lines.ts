/** Lines that wait to be written: they become text many in a row, and wait as bytes. */

/**
 * Lines that become text together. Code that runs many times in a row stays in the processor's cache; between the
 * system calls of one file and the next it does not.
 */
const linesTogether = 64;
/** Bytes that a block has at first: more than callers let gather before they write. */
const blockBytes = 80 * 1024;
/** Most bytes of a block that is kept for its next use: it grows while an append takes its time. */
const mostKeptBytes = 8 * blockBytes;

export type GatheredLines<T> = {
	/** Bytes that wait. Lines that are no text yet count as one each, and are few. */
	readonly size: number;
	add(line: T): void;
	/** All that waits, in memory that is not used again before it is given back; afterwards nothing waits. */
	take(): Buffer;
	/** Nobody reads any more what was taken. What is not given back is memory that only a collection of all garbage frees. */
	giveBack(taken: Buffer): void;
};

/** @param format - The text of a line, its end included. */
export function createGatheredLines<T>(format: (line: T) => string): GatheredLines<T> {
	let lines: T[] = [];
	// Strings that wait would be moved by every collection of garbage until they are promoted.
	let block: Buffer = Buffer.alloc(0);
	let size = 0;
	let spare: Buffer | undefined;
	const nextBlock = (room: number): Buffer => {
		if (size > 0) return Buffer.allocUnsafeSlow(room * 2);
		if (!spare || spare.length < room) return Buffer.allocUnsafeSlow(Math.max(blockBytes, room));
		const block = spare;
		spare = undefined;
		return block;
	};
	const append = (text: string): void => {
		// A unit of UTF-16 takes three bytes at most.
		const room = size + text.length * 3;
		if (room > block.length) {
			const larger = nextBlock(room);
			block.copy(larger, 0, 0, size);
			block = larger;
		}
		size += block.write(text, size);
	};
	const formatAll = (): void => {
		const batch = lines;
		lines = [];
		for (const line of batch) append(format(line));
	};
	return {
		get size() {
			return size + lines.length;
		},
		add(line) {
			lines.push(line);
			if (lines.length >= linesTogether) formatAll();
		},
		take() {
			formatAll();
			const taken = block.subarray(0, size);
			block = Buffer.alloc(0);
			size = 0;
			return taken;
		},
		giveBack({ buffer }) {
			// Where nothing waited, nothing was taken.
			if (buffer.byteLength >= blockBytes && buffer.byteLength <= mostKeptBytes) spare = Buffer.from(buffer);
		},
	};
}
