/** Text that waits to be written, as bytes: strings that wait are moved by every collection of garbage until they are promoted. */

/** Bytes that a block has at first: more than callers let gather before they write. */
const blockBytes = 80 * 1024;

export type GatheredText = {
	/** Bytes that wait. */
	readonly size: number;
	add(text: string): void;
	/** All that waits, in memory that is not used again before it is given back; afterwards nothing waits. */
	take(): Buffer;
	/** Nobody reads any more what was taken. What is not given back is memory that only a collection of all garbage frees. */
	giveBack(taken: Buffer): void;
};

export function createGatheredText(): GatheredText {
	let block: Buffer = Buffer.alloc(0);
	let size = 0;
	let spare: Buffer | undefined;
	const nextBlock = (room: number): Buffer => {
		if (size > 0) return Buffer.allocUnsafeSlow(room * 2);
		if (!spare || room > blockBytes) return Buffer.allocUnsafeSlow(Math.max(blockBytes, room));
		const block = spare;
		spare = undefined;
		return block;
	};
	return {
		get size() {
			return size;
		},
		add(text) {
			// A unit of UTF-16 takes three bytes at most.
			const room = size + text.length * 3;
			if (room > block.length) {
				const larger = nextBlock(room);
				block.copy(larger, 0, 0, size);
				block = larger;
			}
			size += block.write(text, size);
		},
		take() {
			const taken = block.subarray(0, size);
			block = Buffer.alloc(0);
			size = 0;
			return taken;
		},
		giveBack({ buffer }) {
			// One that had to grow is not kept: that is rare, and it may be large.
			if (buffer.byteLength === blockBytes) spare = Buffer.from(buffer);
		},
	};
}
