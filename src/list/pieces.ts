/** Cuts chunks of bytes into smaller ones. */

export function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
	for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}
