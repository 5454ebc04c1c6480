/** The file .netrc, as curl and wget read it: user names and passwords by host. */

export type NetrcEntry = {
	/** In lower case; absent for `default`. */
	readonly machine?: string;
	readonly login?: string;
	readonly password?: string;
};

type Growing = { machine?: string; login?: string; password?: string };

/** @returns Its entries in their order, or the end of a sentence that says what is wrong with it. */
export function parseNetrc(text: string): readonly NetrcEntry[] | string {
	const words = createWords(text);
	const entries: Growing[] = [];
	for (let word = words.next(); word !== undefined; word = words.next()) {
		if (word === "default") entries.push({});
		else if (word === "macdef") words.passMacro();
		else {
			const problem = readPair(word, words.next(), entries);
			if (words.problem() ?? problem) return words.problem() ?? problem ?? "";
		}
	}
	return words.problem() ?? entries;
}

/** @returns The end of a sentence that says what is wrong. */
function readPair(word: string, value: string | undefined, entries: Growing[]): string | undefined {
	const entry = entries.at(-1);
	// Whatever it is, it may be a password: it is not shown.
	if (word !== "machine" && word !== "login" && word !== "password" && word !== "account") {
		return "has something where a word such as machine or login must stand";
	}
	if (value === undefined) return `ends after ${word}`;
	if (word === "machine") entries.push({ machine: value.toLowerCase() });
	else if (!entry) return `has ${word} before any machine`;
	else if (word !== "account") entry[word] = value;
	return undefined;
}

type Words = {
	/** Undefined at the end, and where something is wrong. */
	next(): string | undefined;
	/** A macro ends at an empty line. */
	passMacro(): void;
	problem(): string | undefined;
};

function createWords(text: string): Words {
	// A # at the beginning of a line begins a comment; elsewhere a password may begin with it.
	const between = /(?:^[ \t]*#.*|\s)*/my;
	const word = /"((?:[^"\\\r\n]|\\.)*)("?)|\S+/y;
	let at = text.startsWith("\ufeff") ? 1 : 0;
	let problem: string | undefined;
	return {
		next() {
			between.lastIndex = at;
			between.exec(text);
			word.lastIndex = between.lastIndex;
			const found = word.exec(text);
			if (!found || problem !== undefined) return undefined;
			at = word.lastIndex;
			const [plain, quoted, end] = found;
			if (quoted === undefined) return plain;
			if (end !== "") return unescaped(quoted);
			problem = `ends within a quote, in line ${text.slice(0, found.index).split("\n").length}`;
			return undefined;
		},
		passMacro() {
			const end = /\r?\n[ \t]*\r?\n/g;
			end.lastIndex = at;
			at = end.exec(text) ? end.lastIndex : text.length;
		},
		problem: () => problem,
	};
}

function unescaped(quoted: string): string {
	const named: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
	return quoted.replace(/\\(.)/g, (_, escaped: string) => named[escaped] ?? escaped);
}
