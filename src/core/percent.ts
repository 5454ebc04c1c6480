/** Percent escapes (RFC 3986, 2.1) as the text that they stand for. */

/** One character of UTF-8 in percent escapes, or what looks like it. */
const utf8Escapes =
	/%[0-7][0-9a-f]|%[cd][0-9a-f](?:%[89ab][0-9a-f])|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}/gi;

/** Decodes what is valid UTF-8 and leaves other escapes as they are: no two names become one. */
export function decodePercent(text: string): string {
	if (!text.includes("%")) return text;
	return text.replace(utf8Escapes, (escaped) => {
		try {
			return decodeURIComponent(escaped);
		} catch {
			return escaped;
		}
	});
}
