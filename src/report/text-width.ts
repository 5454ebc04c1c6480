/** Text measured and cut in terminal columns. */
import stringWidth from "string-width";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const longestSeen = 4096;

export { stringWidth as textWidth };

/** The text, cut in its middle to at most `columns`: the ends of a URL say most. */
export function shortenMiddle(text: string, columns: number): string {
	if (columns <= 0) return "";
	if (text.length * 2 <= columns) return text;
	// Of a longer one nobody sees the middle anyway, and measuring it takes a while.
	const seen = text.length > longestSeen ? text.slice(0, longestSeen / 2) + text.slice(-longestSeen / 2) : text;
	if (seen === text && stringWidth(text) <= columns) return text;
	if (columns === 1) return "…";
	const parts = Array.from(graphemes.segment(seen), (part) => part.segment);
	const tail = take(parts.toReversed(), Math.ceil((columns - 1) * 0.6))
		.reverse()
		.join("");
	const head = take(parts, columns - 1 - stringWidth(tail)).join("");
	return `${head}…${tail}`;
}

/** The parts from the start that fit. */
function take(parts: readonly string[], columns: number): string[] {
	const taken: string[] = [];
	let used = 0;
	for (const part of parts) {
		used += stringWidth(part);
		if (used > columns) break;
		taken.push(part);
	}
	return taken;
}
