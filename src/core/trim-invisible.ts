/** White space and characters of no width: what surrounds a URL without belonging to it. */

/** Soft hyphen, zero-width spaces and joiners, marks and overrides of direction, invisible operators, byte order mark. */
const noWidth = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/;
const blank = /\s/;

/** The text without white space and characters of no width at its ends. Linear: it looks at the ends alone. */
export function trimInvisible(text: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && isInvisible(text, start)) start++;
	while (end > start && isInvisible(text, end - 1)) end--;
	return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** Most ends are letters and digits: those are not worth a regular expression. */
function isInvisible(text: string, at: number): boolean {
	const code = text.charCodeAt(at);
	if (code > 0x20 && code < 0x7f) return false;
	const character = text.charAt(at);
	return blank.test(character) || noWidth.test(character);
}
