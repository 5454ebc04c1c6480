/** Makes characters visible that would move the cursor, forge a line or turn text around. */

/**
 * C0, DEL and C1 controls, line and paragraph separators, what sets the direction of text, and what has no width.
 * Joiners between letters of other scripts, and between the parts of an emoji, are part of how those are written.
 */
const invisible =
	/[\u034f\u17b4\u17b5\0-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0]|(?<![^\0-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\0-\x7f])/g;
const anyInvisible = new RegExp(invisible.source);

/** Text that is safe in one line of a log or a terminal: `\x1b`, `\u202e` stand for the characters themselves. */
export function escapeControls(text: string): string {
	return anyInvisible.test(text) ? text.replace(invisible, escaped) : text;
}

/** JSON that means the same and that every reader takes for one line: U+0085 and U+2028 end lines for some. */
export function escapeJson(json: string): string {
	return anyInvisible.test(json) ? json.replace(invisible, (character) => `\\u${hexCode(character, 4)}`) : json;
}

function escaped(character: string): string {
	return character.charCodeAt(0) < 0x100 ? `\\x${hexCode(character, 2)}` : `\\u${hexCode(character, 4)}`;
}

function hexCode(character: string, digits: number): string {
	return character.charCodeAt(0).toString(16).padStart(digits, "0");
}
