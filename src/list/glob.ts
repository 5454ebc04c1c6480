/** curl's URL globs: `img[001-120].jpg`, `[a-z]`, `[0-100:10]`, `{one,two}`. */

/** Most URLs that one pattern may stand for. */
const mostUrls = 1e9;

type Part = {
	/** How many texts the part stands for. */
	readonly count: number;
	/** @param index from 0 */
	textAt(index: number): string;
};

export type Glob = {
	/** How many texts it stands for: 1 where nothing in it is a pattern. */
	readonly count: number;
	/** The text at a place, from 0; the last pattern changes fastest. `values` are what its patterns became, in their order. */
	at(index: number): { readonly text: string; readonly values: readonly string[] };
};

/** @returns the glob, or what is wrong with it */
export function parseGlob(text: string): Glob | string {
	/** Texts before patterns, and the last one's behind. */
	const fixed: string[] = [];
	const parts: Part[] = [];
	let piece = "";
	let count = 1;
	for (let at = 0; at < text.length; ) {
		const next = readNext(text, at);
		if (typeof next === "string") return next;
		at = next.end;
		if ("literal" in next) {
			piece += next.literal;
			continue;
		}
		fixed.push(piece);
		piece = "";
		parts.push(next.part);
		count *= next.part.count;
		if (count > mostUrls) return `it stands for more than ${mostUrls} URLs`;
	}
	fixed.push(piece);
	return { count, at: (index) => textAt(fixed, parts, index) };
}

type Next = { readonly end: number } & ({ readonly literal: string } | { readonly part: Part });

/** What stands at a place: characters that are what they are, or a pattern. @returns what is wrong with it, else */
function readNext(text: string, at: number): Next | string {
	const special = text.slice(at).search(/[[\]{}\\]/);
	if (special !== 0) {
		const end = special < 0 ? text.length : at + special;
		return { end, literal: text.slice(at, end) };
	}
	const character = text.charAt(at);
	const following = text.charAt(at + 1);
	if (character === "\\") {
		return /[[\]{}]/.test(following) ? { end: at + 2, literal: following } : { end: at + 1, literal: character };
	}
	const literal = character === "[" ? literalBrackets(text, at) : undefined;
	if (literal !== undefined) return { end: at + literal.length, literal };
	if (character === "]" || character === "}") return `a ${character} at ${at + 1} that closes nothing`;
	const end = text.indexOf(character === "[" ? "]" : "}", at);
	if (end < 0) return `a ${character} at ${at + 1} that nothing closes`;
	const inside = text.slice(at + 1, end);
	const part = character === "[" ? readRange(inside) : readSet(inside);
	if (typeof part === "string") return `${part}: ${text.slice(at, Math.min(end + 1, at + 100))}`;
	return { end: end + 1, part };
}

function textAt(fixed: readonly string[], parts: readonly Part[], index: number): ReturnType<Glob["at"]> {
	const values: string[] = [];
	let rest = index;
	for (const part of parts.toReversed()) {
		values.push(part.textAt(rest % part.count));
		rest = Math.floor(rest / part.count);
	}
	values.reverse();
	return { text: fixed.map((piece, place) => piece + (values[place] ?? "")).join(""), values };
}

/** An IPv6 address, or nothing at all, between brackets is no pattern, as with curl. */
function literalBrackets(text: string, at: number): string | undefined {
	return /^\[(?:[0-9a-f]*:[0-9a-f:.]*(?:%[\w.-]+)?)?\]/i.exec(text.slice(at, at + 100))?.[0];
}

function readSet(inside: string): Part | string {
	if (/[{[]/.test(inside)) return "a pattern within a pattern";
	const words = inside.split(",");
	return { count: words.length, textAt: (index) => words[index] ?? "" };
}

function readRange(inside: string): Part | string {
	const letters = /^([a-z])-([a-z])(?::(\d{1,9}))?$/.exec(inside) ?? /^([A-Z])-([A-Z])(?::(\d{1,9}))?$/.exec(inside);
	const numbers = /^(\d{1,15})-(\d{1,15})(?::(\d{1,15}))?$/.exec(inside);
	const match = letters ?? numbers;
	if (match === null) return "no range";
	const [, from = "", to = "", by = "1"] = match;
	const first = letters ? from.charCodeAt(0) : Number(from);
	const last = letters ? to.charCodeAt(0) : Number(to);
	const step = Number(by);
	if (step === 0) return "a step of 0";
	if (last < first) return "a range that ends before it begins";
	// As with curl: zeros before the first number say how wide all are.
	const width = from.startsWith("0") ? from.length : 0;
	return {
		count: Math.floor((last - first) / step) + 1,
		textAt(index) {
			const value = first + index * step;
			return letters ? String.fromCharCode(value) : String(value).padStart(width, "0");
		},
	};
}
