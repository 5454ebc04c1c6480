/** Cookies in Netscape's format, a line for each, as browsers' add-ons, curl and wget write it. */

/** Plain data: workers get it with the options. */
export type StoredCookie = {
	/** Without a dot at its beginning. */
	readonly domain: string;
	/** Whether it goes to the hosts below the domain too. */
	readonly withSubdomains: boolean;
	readonly path: string;
	readonly secure: boolean;
	readonly httpOnly: boolean;
	/** In seconds since 1970; 0 for a cookie of this session. */
	readonly expires: number;
	/** A character for each byte, like the value. */
	readonly name: string;
	readonly value: string;
};

/** A Set-Cookie field, and the URL that answered with it. */
export type SetCookie = { readonly url: string; readonly text: string };

export type CookieFile = {
	readonly cookies: readonly StoredCookie[];
	/** Numbers of the lines that are no cookies. */
	readonly bad: readonly number[];
};

const httpOnlyMark = "#HttpOnly_";
/** A byte order mark. */
const mark = "\u00ef\u00bb\u00bf";

/** @param text - A character for each byte of the file: what servers gave goes back to them as it was. */
export function parseCookieFile(text: string): CookieFile {
	const cookies: StoredCookie[] = [];
	const bad: number[] = [];
	for (const [index, line] of (text.startsWith(mark) ? text.slice(mark.length) : text).split(/\r\n|\n|\r/).entries()) {
		if (line.trim() === "" || (line.startsWith("#") && !line.startsWith(httpOnlyMark))) continue;
		const cookie = parseLine(line);
		if (cookie) cookies.push(cookie);
		else bad.push(index + 1);
	}
	return { cookies, bad };
}

function parseLine(line: string): StoredCookie | undefined {
	const httpOnly = line.startsWith(httpOnlyMark);
	// The value is missing where it is empty.
	const [domain = "", subdomains, path = "", secure, expires = "", name, value = ""] = (
		httpOnly ? line.slice(httpOnlyMark.length) : line
	).split("\t");
	const withSubdomains = readFlag(subdomains);
	const isSecure = readFlag(secure);
	if (name === undefined || withSubdomains === undefined || isSecure === undefined) return undefined;
	const bare = decodeBytes(domain).replace(/^\./, "").toLowerCase();
	// Some write fractions of seconds.
	const seconds = /^-?[0-9]+(?:\.[0-9]*)?$/.test(expires) ? Math.max(0, Math.floor(Number(expires))) : undefined;
	if (bare === "" || /[\s/]/.test(bare) || seconds === undefined || hasControls(name + value)) return undefined;
	return {
		domain: bare,
		withSubdomains,
		path: path.startsWith("/") ? path : "/",
		secure: isSecure,
		httpOnly,
		expires: seconds,
		name,
		value,
	};
}

/** Names of hosts beyond ASCII are UTF-8. */
function decodeBytes(text: string): string {
	if (!/[^\x00-\x7f]/.test(text)) return text;
	return new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

function readFlag(text: string | undefined): boolean | undefined {
	const upper = text?.toUpperCase();
	return upper === "TRUE" ? true : upper === "FALSE" ? false : undefined;
}

/** In a request they would begin a field of their own. */
function hasControls(text: string): boolean {
	return /[\x00-\x1f\x7f]/.test(text);
}

/** @returns A character for each byte, as {@link parseCookieFile} reads them. */
export function formatCookieFile(cookies: readonly StoredCookie[]): string {
	const flag = (is: boolean): string => (is ? "TRUE" : "FALSE");
	const lines = cookies.map(({ domain, withSubdomains, path, secure, httpOnly, expires, name, value }) => {
		const place = `${httpOnly ? httpOnlyMark : ""}${withSubdomains ? "." : ""}${domain}`;
		return `${[place, flag(withSubdomains), path, flag(secure), expires, name, value].join("\t")}\n`;
	});
	return `# Netscape HTTP Cookie File\n\n${lines.join("")}`;
}
