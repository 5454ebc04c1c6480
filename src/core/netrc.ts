/** The file .netrc, as curl and wget read it: user names and passwords by host. */

export type NetrcEntry = {
	/** In lower case; absent for `default`. */
	readonly machine?: string;
	readonly login?: string;
	readonly password?: string;
};

export type NetrcFile = {
	/** In their order. */
	readonly entries: readonly NetrcEntry[];
	/** Numbers of the lines with words that are none of the format: they were passed over. */
	readonly odd: readonly number[];
};

type Growing = { machine?: string; login?: string; password?: string };

const keywords: ReadonlySet<string> = new Set(["machine", "login", "password", "account"]);

/** @returns What it says, or the end of a sentence that says what is wrong with it. */
export function parseNetrc(text: string): NetrcFile | string {
	const words = createWords(text);
	const entries: Growing[] = [];
	const odd = new Set<number>();
	for (let word = words.keyword(); word !== undefined; word = words.keyword()) {
		if (word === "default") entries.push({});
		else if (word === "macdef") words.passMacro();
		else if (!keywords.has(word)) odd.add(words.line());
		else {
			const problem = readPair(word, words.next(), entries);
			if (words.problem() ?? problem) return words.problem() ?? problem ?? "";
		}
	}
	// Whatever stands there, it may be a password: it is not shown.
	const isRubbish = entries.length === 0 && odd.size > 0;
	return words.problem() ?? (isRubbish ? "has no word such as machine or default" : { entries, odd: [...odd] });
}

/** @returns The end of a sentence that says what is wrong. */
function readPair(word: string, value: string | undefined, entries: Growing[]): string | undefined {
	const entry = entries.at(-1);
	if (value === undefined) return `ends after ${word}`;
	if (word === "machine") entries.push({ machine: value.toLowerCase() });
	else if (!entry) return `has ${word} before any machine`;
	else if (word === "login" || word === "password") entry[word] = value;
	return undefined;
}

type Words = {
	/** In lower case, where a keyword may stand: there, unlike in values, a # begins a comment, also behind other words. */
	keyword(): string | undefined;
	/** Undefined at the end, and where something is wrong. */
	next(): string | undefined;
	/** A macro ends at an empty line. */
	passMacro(): void;
	/** Of the last word. */
	line(): number;
	problem(): string | undefined;
};

function createWords(text: string): Words {
	// A # at the beginning of a line begins a comment; elsewhere a password may begin with it.
	const between = /(?:^[ \t]*#.*|\s)*/my;
	const comments = /(?:#.*|\s)*/y;
	const word = /"((?:[^"\\\r\n]|\\.)*)("?)|\S+/y;
	let at = text.startsWith("\ufeff") ? 1 : 0;
	let begin = at;
	let problem: string | undefined;
	let [lines, counted] = [1, 0];
	const line = (): number => {
		for (; counted < begin; counted++) if (text[counted] === "\n") lines++;
		return lines;
	};
	const read = (gap: RegExp): string | undefined => {
		gap.lastIndex = at;
		gap.exec(text);
		word.lastIndex = gap.lastIndex;
		const found = word.exec(text);
		if (!found || problem !== undefined) return undefined;
		begin = found.index;
		at = word.lastIndex;
		const [plain, quoted, end] = found;
		if (quoted === undefined) return plain;
		if (end !== "") return unescaped(quoted);
		problem = `ends within a quote, in line ${line()}`;
		return undefined;
	};
	return {
		keyword: () => read(comments)?.toLowerCase(),
		next: () => read(between),
		passMacro() {
			const end = /\r?\n[ \t]*\r?\n/g;
			end.lastIndex = at;
			at = end.exec(text) ? end.lastIndex : text.length;
		},
		line,
		problem: () => problem,
	};
}

function unescaped(quoted: string): string {
	const named: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
	return quoted.replace(/\\(.)/g, (_, escaped: string) => named[escaped] ?? escaped);
}
