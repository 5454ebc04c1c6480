/** Whether bytes are an HTML page, and what its title is. */

/** The tags that a page begins with (WHATWG MIME Sniffing, 7.1). */
const firstTag = /^<(?:!doctype\s+html|html|head|title|body|script|iframe|h1|div|font|table|style|meta|br|p|a)[\s>]/i;
const titleText = /<title(?:\s[^>]{0,200})?>([^<]{0,500})/i;
const shownLength = 100;

const entities: ReadonlyMap<string, string> = new Map([
	["amp", "&"],
	["lt", "<"],
	["gt", ">"],
	["quot", '"'],
	["#39", "'"],
	["apos", "'"],
	["nbsp", " "],
]);

/** @param start - The beginning of the bytes. */
export function isHtml(start: Uint8Array): boolean {
	const text = textOf(start.subarray(0, 8192));
	return firstTag.test(text.slice(behindPreamble(text)));
}

/** The place behind white space, comments and an XML declaration. */
function behindPreamble(text: string): number {
	for (let at = 0; ; ) {
		at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
		const end = text.startsWith("<!--", at) ? "-->" : text.startsWith("<?xml", at) ? "?>" : undefined;
		const found = end === undefined ? -1 : text.indexOf(end, at);
		if (end === undefined || found < 0) return at;
		at = found + end.length;
	}
}

/** The title of a page on one line; undefined where it has none. */
export function titleOf(start: Uint8Array): string | undefined {
	const found = titleText.exec(textOf(start))?.[1] ?? "";
	const plain = found.replace(/&(#39|[a-z]{2,4});/g, (whole, name: string) => entities.get(name) ?? whole);
	const title = plain.replace(/\s+/g, " ").trim();
	if (title === "") return undefined;
	return title.length > shownLength ? `${title.slice(0, shownLength - 1)}…` : title;
}

/** Whether bytes can be text: no control characters but those of lines. */
export function isText(start: Uint8Array): boolean {
	return !/[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]/.test(Buffer.from(start).toString("latin1"));
}

function textOf(bytes: Uint8Array): string {
	return new TextDecoder().decode(bytes);
}
