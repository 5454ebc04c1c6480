/** Unpacks zstd where Node cannot. */
import { Decompress } from "fzstd";

/** A few bytes may stand for blocks of 128 KiB each: so many are unpacked at once. */
const pieceBytes = 256;

/** @throws {Error} the bytes are no whole zstd frames. */
export async function* unpackZstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	let unpacked: Uint8Array[] = [];
	const decompress = new Decompress((bytes) => unpacked.push(bytes));
	const take = (): readonly Uint8Array[] => {
		const taken = unpacked;
		unpacked = [];
		return taken;
	};
	for await (const chunk of chunks) {
		for (let start = 0; start < chunk.length; start += pieceBytes) {
			decompress.push(chunk.subarray(start, start + pieceBytes));
			yield* take();
		}
	}
	decompress.push(new Uint8Array(), true);
	yield* take();
}
