/** Lists in UTF-16, which some editors and spreadsheets write, as UTF-8. */

/** The chunks as they are, unless they begin as UTF-16 does. */
export function asUtf8(beginning: Uint8Array, chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
	const encoding = utf16Of(beginning);
	return encoding === undefined ? chunks : recode(chunks, encoding);
}

/** By a byte order mark, or by the zeros of two characters such as all lists begin with. */
function utf16Of(beginning: Uint8Array): "utf-16le" | "utf-16be" | undefined {
	const [first, second, third, fourth] = beginning;
	if (first === 0xff && second === 0xfe) return "utf-16le";
	if (first === 0xfe && second === 0xff) return "utf-16be";
	if (first && second === 0 && third && fourth === 0) return "utf-16le";
	return first === 0 && second && third === 0 && fourth ? "utf-16be" : undefined;
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
