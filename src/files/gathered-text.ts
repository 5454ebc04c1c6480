/** Text that waits to be written, as bytes: strings that wait are moved by every collection of garbage until they are promoted. */

/** Bytes that a block has at first: more than callers let gather before they write. */
const blockBytes = 80 * 1024;

export type GatheredText = {
	/** Bytes that wait. */
	readonly size: number;
	add(text: string): void;
	/** All that waits, in memory that is not used again; afterwards nothing waits. */
	take(): Buffer;
};

export function createGatheredText(): GatheredText {
	let block = Buffer.alloc(0);
	let size = 0;
	return {
		get size() {
			return size;
		},
		add(text) {
			// A unit of UTF-16 takes three bytes at most.
			const room = size + text.length * 3;
			if (room > block.length) {
				const larger = Buffer.allocUnsafeSlow(size === 0 ? Math.max(blockBytes, room) : room * 2);
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
	};
}
