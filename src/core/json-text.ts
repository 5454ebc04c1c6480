/** Texts as JSON, put together by hand for what happens once a file. */

/** Printable ASCII but quotes and backslashes: as it stands in JSON. */
const plain = /^[ !#-[\]-~]*$/;

/** As `JSON.stringify`, which is slower for the text that nearly all file names and URLs are. */
export function jsonText(text: string): string {
	return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}
