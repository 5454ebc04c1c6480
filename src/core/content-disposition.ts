/** The file name that a Content-Disposition header asks for, read as leniently as browsers do. */
import { decodeExtended, parse } from "content-disposition";

/**
 * The last segment of `filename*` (RFC 8187), else of `filename` (RFC 6266); undefined when there is none.
 * The result is not yet a safe name.
 * @param header the value with one character for each byte (latin1), as HTTP parsers give it
 */
export function nameFromContentDisposition(header: string): string | undefined {
	const { parameters } = parse(keepPathSeparators(header), { extended: false });
	const extended = decodeExtended(asUtf8(parameters["filename*"] ?? ""));
	return (
		lastSegment(extended) ??
		lastSegment(asUtf8(parameters.filename ?? "")) ??
		lastSegment(asUtf8(ungrammaticalName(header)))
	);
}

/** A backslash escapes only quotes and itself: senders that write `C:\dir\file` unescaped mean the path (curl agrees). */
function keepPathSeparators(header: string): string {
	if (!header.includes("\\")) return header;
	return header.replace(/\\["\\]?/g, (found) => (found === "\\" ? "\\\\" : found));
}

/** What the grammar does not give: a quote that is never closed, or no disposition type before the name. */
function ungrammaticalName(header: string): string {
	const match = /;\s*filename\s*=\s*"([^"]*)$|^\s*filename\s*=\s*"?([^";]*)/i.exec(header);
	return match?.[1] ?? match?.[2] ?? "";
}

/** Undefined where no file can have that name. */
function lastSegment(path = ""): string | undefined {
	const segment = path
		.trim()
		.split(/[/\\]/)
		.findLast((part) => part !== "");
	return segment === "." || segment === ".." ? undefined : segment;
}

/** Bytes that are valid UTF-8 were meant so; other high bytes stay latin1, as the RFCs have it. */
function asUtf8(latin1: string): string {
	if (!/[\x80-\xff]/.test(latin1) || /[^\x00-\xff]/.test(latin1)) return latin1;
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(latin1, "latin1"));
	} catch {
		return latin1;
	}
}
