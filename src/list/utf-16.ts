/** Lists in UTF-16, which some editors and spreadsheets write, as UTF-8. */

/** The chunks as they are, unless a byte order mark says that they are UTF-16. */
export function asUtf8(beginning: Uint8Array, chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
	const [first, second] = beginning;
	if (first === 0xff && second === 0xfe) return recode(chunks, "utf-16le");
	return first === 0xfe && second === 0xff ? recode(chunks, "utf-16be") : chunks;
}

async function* recode(chunks: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
	const decoder = new TextDecoder(encoding);
	for await (const chunk of chunks) {
		const text = decoder.decode(chunk, { stream: true });
		if (text !== "") yield Buffer.from(text);
	}
	const rest = decoder.decode();
	if (rest !== "") yield Buffer.from(rest);
}
