/** The head of a response over HTTP/2 as the text that HTTP/1.1 would have: what reads heads reads one kind alone. */
import { parseHead, type ResponseHead } from "./response-head.ts";

/** Largest head, as with HTTP/1.1, in characters of one byte each. */
const mostHeadBytes = 64 * 1024;

/**
 * @param fields - Names and values in turn, the status among them.
 * @returns The head, or the end of a sentence that says what is wrong with it.
 */
export function headOfFields(fields: readonly string[]): ResponseHead | string {
	let text = "";
	let status = "";
	for (let at = 0; at + 1 < fields.length; at += 2) {
		const name = fields[at] ?? "";
		if (name === ":status") status = fields[at + 1] ?? "";
		else text += `${name}: ${fields[at + 1]}\r\n`;
	}
	if (text.length > mostHeadBytes) return "a head larger than 64 KiB";
	return parseHead(`HTTP/1.1 ${status}\r\n${text}\r\n`);
}
