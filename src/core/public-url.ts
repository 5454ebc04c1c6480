/** Takes user names and passwords out of URLs, so that no log, record or message shows them. */

/** What stands before the user info: white space, a scheme with its slashes, or slashes alone. URL parsers pass over tabs and line ends. */
const beforeAuthority =
	/^[\0- ]*(?:(?:[a-z][a-z0-9+.\-\t\n\r]*:(?=[\t\n\r]*[/\\])|h[\t\n\r]*t[\t\n\r]*t[\t\n\r]*p[\t\n\r]*s?[\t\n\r]*:)?[/\\\t\n\r]*)/i;

const urlInText = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]*@/gi;

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

/** The text with `user:password@` taken out of every URL in it. */
export function publicText(text: string): string {
	return text.includes("@") ? text.replace(urlInText, "$1") : text;
}
