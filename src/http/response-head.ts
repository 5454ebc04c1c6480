/** The head of one response (RFC 9112, sections 4 and 5): the few fields that every answer is asked for, and its text for the others. */

/** Read in place from the head's text, one character for each byte. */
export class ResponseHead {
	readonly status: number;
	/** The minor version of HTTP/1. */
	readonly minor: number;
	/** Status line and fields, folded lines joined. */
	readonly text: string;
	/** As announced; undefined where it was not. Beyond 2^53 it is not exact. */
	contentLength: number | undefined = undefined;
	transferEncoding: string | undefined = undefined;
	connection: string | undefined = undefined;
	etag: string | undefined = undefined;
	date: string | undefined = undefined;
	lastModified: string | undefined = undefined;
	contentDisposition: string | undefined = undefined;
	contentType: string | undefined = undefined;
	contentRange: string | undefined = undefined;
	link: string | undefined = undefined;
	contentEncoding: string | undefined = undefined;
	/** RFC 9530; of several fields all values. */
	reprDigest: string | undefined = undefined;
	contentDigest: string | undefined = undefined;

	constructor(status: number, minor: number, text: string) {
		this.status = status;
		this.minor = minor;
		this.text = text;
	}

	/** The first value of any field. @param name - In lower case. */
	field(name: string): string | undefined {
		return this.fields(name)[0];
	}

	/** All values of a field that may come more than once, such as Set-Cookie. @param name - In lower case. */
	fields(name: string): string[] {
		const { text } = this;
		const values: string[] = [];
		for (let start = nextLine(text, 0); start < text.length; ) {
			const end = nextLine(text, start);
			const line = text.slice(start, end);
			const colon = line.indexOf(":");
			if (colon >= 0 && nameOf(line, 0, colon) === name) values.push(fieldValue(line, colon + 1, line.length));
			start = end;
		}
		return values;
	}
}

/** @param bytes - The first of an answer, a character for each. @returns What is wrong with them. */
export function noStatusLine(bytes: string): string {
	// An alert of TLS.
	return bytes.startsWith("\x15\x03") ? "it speaks TLS (is it https://?)" : "no HTTP/1 status line";
}

/** @returns The head, or the end of a sentence that says what is wrong with it. */
export function parseHead(raw: string): ResponseHead | string {
	if (raw.includes("\0")) return "a NUL byte in the head";
	// A line that begins with white space continues the one before it (RFC 9112, 5.2).
	const text = raw.includes("\n ") || raw.includes("\n\t") ? raw.replace(/\r?\n[ \t]+/g, " ") : raw;
	const status = readStatus(text);
	if (status === undefined) return noStatusLine(text);
	const head = new ResponseHead(status, text.charCodeAt(minorAt) - zero, text);
	for (let start = nextLine(text, 0), colon = -1; start < text.length; ) {
		const end = nextLine(text, start);
		// Looked for once, however many lines have none.
		if (colon < start) colon = text.indexOf(":", start);
		if (colon < 0) break;
		// A line without a colon is no field, and is passed over as browsers do.
		const problem = colon < end ? readField(head, start, colon, end) : undefined;
		if (problem !== undefined) return problem;
		start = end;
	}
	return head;
}

const zero = 48;
const minorAt = "HTTP/1.".length;
const statusAt = "HTTP/1.1 ".length;

/** The three digits of a status line; its reason may be missing (RFC 9112, 4). */
function readStatus(text: string): number | undefined {
	if (!text.startsWith("HTTP/1.1 ") && !text.startsWith("HTTP/1.0 ")) return undefined;
	const status = digitsAt(text, statusAt, statusAt + 3);
	const after = text.charCodeAt(statusAt + 3);
	const ends = Number.isNaN(after) || after === 32 || after === 13 || after === 10;
	return status !== undefined && status >= 100 && ends ? status : undefined;
}

function digitsAt(text: string, start: number, end: number): number | undefined {
	let value = 0;
	for (let at = start; at < end; at++) {
		const digit = text.charCodeAt(at) - zero;
		if (!(digit >= 0 && digit <= 9)) return undefined;
		value = value * 10 + digit;
	}
	return value;
}

/** Where the next line begins; the text's length where there is none. */
function nextLine(text: string, from: number): number {
	const newline = text.indexOf("\n", from);
	return newline < 0 ? text.length : newline + 1;
}

/** Keeps a field that every answer is asked for. @returns What is wrong with it, if anything. */
function readField(head: ResponseHead, start: number, colon: number, end: number): string | undefined {
	const { text } = head;
	switch (colon - start) {
		case 4:
			if (isNamed(text, start, "ETag", "etag")) head.etag ??= fieldValue(text, colon + 1, end);
			else if (isNamed(text, start, "Date", "date")) head.date ??= fieldValue(text, colon + 1, end);
			else if (isNamed(text, start, "Link", "link")) head.link = joined(head.link, fieldValue(text, colon + 1, end));
			return undefined;
		case 10:
			if (isNamed(text, start, "Connection", "connection")) {
				head.connection = joined(head.connection, fieldValue(text, colon + 1, end));
			}
			return undefined;
		case 11:
			if (isNamed(text, start, "Repr-Digest", "repr-digest")) {
				head.reprDigest = joined(head.reprDigest, fieldValue(text, colon + 1, end));
			}
			return undefined;
		case 12:
			if (isNamed(text, start, "Content-Type", "content-type")) head.contentType ??= fieldValue(text, colon + 1, end);
			return undefined;
		case 13:
			if (isNamed(text, start, "Last-Modified", "last-modified"))
				head.lastModified ??= fieldValue(text, colon + 1, end);
			else if (isNamed(text, start, "Content-Range", "content-range")) {
				head.contentRange ??= fieldValue(text, colon + 1, end);
			}
			return undefined;
		case 14:
			if (isNamed(text, start, "Content-Length", "content-length")) {
				return readLength(head, fieldValue(text, colon + 1, end));
			}
			if (isNamed(text, start, "Content-Digest", "content-digest")) {
				head.contentDigest = joined(head.contentDigest, fieldValue(text, colon + 1, end));
			}
			return undefined;
		case 16:
			if (isNamed(text, start, "Content-Encoding", "content-encoding")) {
				head.contentEncoding = joined(head.contentEncoding, fieldValue(text, colon + 1, end));
			}
			return undefined;
		case 17:
			if (isNamed(text, start, "Transfer-Encoding", "transfer-encoding")) {
				head.transferEncoding = joined(head.transferEncoding, fieldValue(text, colon + 1, end));
			}
			return undefined;
		case 19:
			if (isNamed(text, start, "Content-Disposition", "content-disposition")) {
				head.contentDisposition ??= fieldValue(text, colon + 1, end);
			}
			return undefined;
		default:
			return isBlank(text.charCodeAt(colon - 1)) ? readSpaced(head, text, start, colon, end) : undefined;
	}
}

/** White space before a colon is not allowed and changes nothing (RFC 9112, 5.1); it must not hide how long a body is. */
function readSpaced(head: ResponseHead, text: string, start: number, colon: number, end: number): string | undefined {
	const value = fieldValue(text, colon + 1, end);
	switch (nameOf(text, start, colon)) {
		case "content-length":
			return readLength(head, value);
		case "transfer-encoding":
			head.transferEncoding = joined(head.transferEncoding, value);
			return undefined;
		case "connection":
			head.connection = joined(head.connection, value);
			return undefined;
		case "content-range":
			head.contentRange ??= value;
			return undefined;
		default:
			return undefined;
	}
}

/** The same length may be named more than once, in one field or in several (RFC 9110, 8.6). */
function readLength(head: ResponseHead, value: string): string | undefined {
	for (const one of value.includes(",") ? value.split(",") : [value]) {
		const digits = one.trim();
		const length = digits === "" ? undefined : digitsAt(digits, 0, digits.length);
		if (length === undefined) return `a length that is no number: ${value.slice(0, 40)}`;
		if (head.contentLength !== undefined && head.contentLength !== length) return "two different lengths";
		head.contentLength = length;
	}
	return undefined;
}

/** @param usual - As most servers write the name: compared first, as that makes no new text. */
function isNamed(text: string, start: number, usual: string, lower: string): boolean {
	if (text.startsWith(usual, start)) return true;
	// Most fields of the same length have another name.
	if ((text.charCodeAt(start) | 0x20) !== lower.charCodeAt(0)) return false;
	return text.slice(start, start + lower.length).toLowerCase() === lower;
}

function nameOf(text: string, start: number, colon: number): string {
	return text.slice(start, colon).trimEnd().toLowerCase();
}

function fieldValue(text: string, from: number, to: number): string {
	let start = from;
	let end = to;
	while (start < end && isBlank(text.charCodeAt(start))) start++;
	while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
	return text.slice(start, end);
}

/** Space, tab, or of the line end. */
function isBlank(code: number): boolean {
	return code === 32 || code === 9 || code === 13 || code === 10;
}

function joined(before: string | undefined, value: string): string {
	return before === undefined ? value : `${before}, ${value}`;
}
