/** Takes user names and passwords out of URLs, so that no log, record or message shows them. */

/** What stands before the user info: white space, a scheme with its slashes, or slashes alone. URL parsers pass over tabs and line ends. */
const beforeAuthority =
	/^[\0- ]*(?:(?:[a-z][a-z0-9+.\-\t\n\r]*:(?=[\t\n\r]*[/\\])|h[\t\n\r]*t[\t\n\r]*t[\t\n\r]*p[\t\n\r]*s?[\t\n\r]*:)?[/\\\t\n\r]*)/i;

/** What ends the authority of a URL that stands in text. */
const afterAuthority = /[\s/?#"'<>]/g;
const schemeEnd = /[a-z0-9+.-]/i;

/**
 * The URL as it was written, without `user:password@`. Works on text that is no URL too; where such text leaves open
 * what its user info is, everything before the last `@` goes.
 */
export function publicUrl(url: string): string {
	if (!url.includes("@")) return url;
	const start = beforeAuthority.exec(url)?.[0].length ?? 0;
	const prefix = url.slice(0, start);
	const rest = url.slice(start);
	const end = rest.search(/[/\\?#]/);
	const authority = end < 0 ? rest : rest.slice(0, end);
	if (authority.includes("@")) {
		const shown = prefix + rest.slice(authority.lastIndexOf("@") + 1);
		// What was no URL may be one now, with user info of its own.
		return URL.canParse(shown) && !URL.canParse(url) ? publicUrl(shown) : shown;
	}
	return URL.canParse(url) ? url : prefix + rest.slice(rest.lastIndexOf("@") + 1);
}

/** The text with `user:password@` taken out of every URL in it. Each character is looked at once, whatever a server sent. */
export function publicText(text: string): string {
	if (!text.includes("@")) return text;
	let shown = "";
	let done = 0;
	for (let slashes = text.indexOf("://"); slashes >= 0; slashes = text.indexOf("://", done)) {
		const start = slashes + 3;
		const isUrl = schemeEnd.test(text.charAt(slashes - 1));
		shown += text.slice(done, start);
		done = isUrl ? start + authorityAt(text, start).lastIndexOf("@") + 1 : start;
	}
	return shown + text.slice(done);
}

function authorityAt(text: string, start: number): string {
	afterAuthority.lastIndex = start;
	return text.slice(start, afterAuthority.exec(text)?.index);
}

/** A word of a message that is longer is shown without its middle: most are URLs and host names of servers. */
const longestWord = 300;
const longestMessage = 2000;

/** A message as logs and records tell it: without user info, and not longer than anybody reads. */
export function publicMessage(text: string): string {
	const shown = publicText(text);
	if (shown.length <= longestWord) return shown;
	const words = shown.split(" ").map((word) => shorten(word, longestWord));
	return shorten(words.join(" "), longestMessage);
}

function shorten(text: string, most: number): string {
	if (text.length <= most) return text;
	const half = Math.floor((most - 1) / 2);
	return `${text.slice(0, startOfCharacter(text, half))}…${text.slice(startOfCharacter(text, text.length - half))}`;
}

/** The place, or the one before it where a character of two units would be cut. */
function startOfCharacter(text: string, index: number): number {
	const unit = text.charCodeAt(index);
	return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index;
}
