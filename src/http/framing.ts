/** How a response's body ends, and whether its connection serves another request (RFC 9112, sections 6.3 and 9.3): pure rules. */
import type { ResponseHead } from "./response-head.ts";

export type Framing =
	| { readonly kind: "none" | "chunked" | "until-close" }
	| { readonly kind: "length"; readonly bytes: number };

const none: Framing = { kind: "none" };
const chunked: Framing = { kind: "chunked" };
const untilClose: Framing = { kind: "until-close" };

/** @returns The framing, or the end of a sentence that says why there is none. */
export function framingOf(head: ResponseHead, method: string): Framing | string {
	const { status, transferEncoding, contentLength } = head;
	if (method === "HEAD" || status === 204 || status === 304) return none;
	const coding = transferEncoding?.toLowerCase();
	if (coding !== undefined && coding !== "identity") {
		return coding === "chunked" ? chunked : `a transfer coding that was not asked for: ${coding.slice(0, 40)}`;
	}
	if (contentLength === undefined) return untilClose;
	return contentLength === 0 ? none : { kind: "length", bytes: contentLength };
}

/** Whether the server keeps the connection, as far as the head says. */
export function keepsConnection(head: ResponseHead): boolean {
	// Both at once is how one answer is passed off as two (RFC 9112, 6.3): nothing after such an answer is trusted.
	if (head.transferEncoding !== undefined && head.contentLength !== undefined) return false;
	if (head.connection === undefined) return head.minor > 0;
	if (head.connection === "keep-alive") return true;
	const options = head.connection.toLowerCase().split(",");
	if (options.some((one) => one.trim() === "close")) return false;
	return head.minor > 0 || options.some((one) => one.trim() === "keep-alive");
}
