/** Looks at how a stream begins without taking anything from it. */
import { unlessAborted } from "../core/unless-aborted.ts";

export type Peeked = {
	/** Empty where the stream is. */
	readonly beginning: Uint8Array;
	/** All of it, the beginning included. */
	readonly chunks: AsyncIterable<Uint8Array>;
};

/**
 * Reads on while what has come leaves something open; undefined where the signal says to stop before.
 * @throws what the stream throws before that
 */
export async function peek(
	stream: AsyncIterable<Uint8Array>,
	isUndecided: (beginning: Uint8Array) => boolean,
	signal: AbortSignal = new AbortController().signal,
): Promise<Peeked | undefined> {
	const iterator = stream[Symbol.asyncIterator]();
	const read: Uint8Array[] = [];
	let beginning: Uint8Array = new Uint8Array();
	let done = false;
	while (!done && isUndecided(beginning)) {
		const next = await unlessAborted(iterator.next(), signal);
		if (next === undefined) return undefined;
		if (next.done === true) done = true;
		else {
			read.push(next.value);
			beginning = read.length === 1 ? next.value : Buffer.concat(read);
		}
	}
	return { beginning, chunks: { [Symbol.asyncIterator]: () => goOn(read, iterator) } };
}

/** Not a generator: to let go of one waits for the chunk that it is waiting for. */
function goOn(read: Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncIterator<Uint8Array> {
	return {
		next() {
			const value = read.shift();
			return value === undefined ? iterator.next() : Promise.resolve({ done: false, value });
		},
		return: () => iterator.return?.() ?? Promise.resolve({ done: true, value: undefined }),
	};
}
