/** Bytes that one thread hands to another in memory that both see, in their order. */

/** Some blocks of what is handed over at once: the other thread may be a little behind. */
const ringBytes = 4 * 1024 * 1024;

/** Places count the bytes that were ever put in. */
export type ByteRing = {
	/** What the other thread makes its own side of. */
	readonly memory: SharedArrayBuffer;
	/** Copies bytes in. @returns The place of the first one; undefined where there is no room for all of them. */
	put(bytes: Uint8Array): number | undefined;
	/** The bytes from a place on: in two pieces where they go around the end. */
	pieces(start: number, length: number): readonly Uint8Array[];
	/** What lies before the place is not needed any more. */
	letGo(end: number): void;
};

/** @param memory - Of the other thread's side; new where there is none. */
export function createByteRing(memory: SharedArrayBuffer = new SharedArrayBuffer(8 + ringBytes)): ByteRing {
	const letGoSoFar = new BigInt64Array(memory, 0, 1);
	const bytes = new Uint8Array(memory, 8);
	let end = 0;
	const pieces = (start: number, length: number): readonly Uint8Array[] => {
		const from = start % bytes.length;
		const beyond = from + length - bytes.length;
		if (beyond <= 0) return [bytes.subarray(from, from + length)];
		return [bytes.subarray(from), bytes.subarray(0, beyond)];
	};
	return {
		memory,
		put(given) {
			const used = end - Number(Atomics.load(letGoSoFar, 0));
			if (given.length > bytes.length - used) return undefined;
			const start = end;
			let done = 0;
			for (const piece of pieces(start, given.length)) {
				piece.set(given.subarray(done, done + piece.length));
				done += piece.length;
			}
			end += given.length;
			return start;
		},
		pieces,
		letGo: (place) => void Atomics.store(letGoSoFar, 0, BigInt(place)),
	};
}
