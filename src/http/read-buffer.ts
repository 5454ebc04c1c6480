/** The memory that the plain connections of a thread read into, one buffer for all of them. */

/** Most bytes of one read: a large body goes to its file in pieces of this size. */
const readBytes = 256 * 1024;

/** A chunk in here is valid only until the next read of any connection: what is to stay must be copied. */
export const readBuffer: Buffer = Buffer.allocUnsafeSlow(readBytes);

/** The end of the response body that has arrived so far, if a body came last; absent once its response is complete. */
let lastBody: Buffer | undefined;

/** Whoever reads a response says what of it was body, and with undefined that it is over. */
export function noteBody(chunk: Buffer | undefined): void {
	lastBody = chunk;
}

/** Whether the bytes of `chunk` were a body to their very end, so that more of the body comes next. */
export function endsInBody(chunk: Buffer): boolean {
	return (
		lastBody !== undefined &&
		lastBody.buffer === chunk.buffer &&
		lastBody.byteOffset + lastBody.length === chunk.byteOffset + chunk.length
	);
}

/** The same bytes, in memory that stays. */
export function lasting(chunk: Buffer): Buffer {
	return chunk.buffer === readBuffer.buffer ? Buffer.from(chunk) : chunk;
}
