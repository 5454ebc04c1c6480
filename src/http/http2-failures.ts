/** What the end of an HTTP/2 stream or session means: its error codes (RFC 9113, 7) as failures. */
import { type Failure, permanent, transient } from "../core/failure.ts";
import { brokenFailure, resetFailure } from "./classify-network-error.ts";

export const refusedStream = 7;
/** To end a stream with that nobody wants. */
export const unwanted = 8;
export const enhanceYourCalm = 11;
const names: readonly string[] = [
	"NO_ERROR",
	"PROTOCOL_ERROR",
	"INTERNAL_ERROR",
	"FLOW_CONTROL_ERROR",
	"SETTINGS_TIMEOUT",
	"STREAM_CLOSED",
	"FRAME_SIZE_ERROR",
	"REFUSED_STREAM",
	"CANCEL",
	"COMPRESSION_ERROR",
	"CONNECT_ERROR",
	"ENHANCE_YOUR_CALM",
	"INADEQUATE_SECURITY",
	"HTTP_1_1_REQUIRED",
];
/** What a peer says that takes us, or is itself, for no good speaker of HTTP/2. */
const unspoken: ReadonlySet<number> = new Set([1, 3, 4, 5, 6, 9, 12, 13]);

export function isUnspoken(code: number): boolean {
	return unspoken.has(code);
}

function nameOfCode(code: number): string {
	return names[code] ?? `error ${code}`;
}

/**
 * A stream was closed before its answer was complete, and its session stands.
 * @param isShort - Whether less of the body has come than was announced.
 */
export function streamFailure(
	host: string,
	code: number,
	{ answered, isShort }: { readonly answered: boolean; readonly isShort: boolean },
): Failure {
	const name = nameOfCode(code);
	if (!answered) {
		return unspoken.has(code) ? unusable(host, name) : resetFailure(host, false, name);
	}
	// So does the engine end what does not have the length that it announced.
	if (code === 0 || (code === 1 && isShort)) {
		return transient("truncated", `${host} ended the stream before the body was complete`);
	}
	return code === 1
		? unusable(host, "a body that is longer than announced, or broken frames")
		: resetFailure(host, true, name);
}

export type SessionEnd = {
	readonly error: Error | undefined;
	/** Of the server's GOAWAY; 0 where there was none. */
	readonly code: number;
	/** Whether there was a head for the exchange already. */
	readonly answered: boolean;
	/** Whether no other exchange was under way. */
	readonly wasAlone: boolean;
};

/** Whether a session broke because what the server sent is no HTTP/2. */
export function isUnreadable(error: Error | undefined): boolean {
	return error !== undefined && "code" in error && error.code === "ERR_HTTP2_ERROR";
}

/** The session broke, or its server ended it. */
export function sessionFailure(host: string, { error, code, answered, wasAlone }: SessionEnd): Failure {
	if (unspoken.has(code) && (!answered || wasAlone)) {
		return unusable(host, `it ended the session with ${nameOfCode(code)}`);
	}
	if (code !== 0) return resetFailure(host, answered, nameOfCode(code));
	if (error && isUnreadable(error)) {
		// Whose fault it was is not known: what has come is right, and may go on.
		return answered && !wasAlone ? resetFailure(host, true, error.message) : unusable(host, error.message);
	}
	if (error) return brokenFailure(error, host, answered);
	if (answered) return transient("truncated", `${host} closed the connection before the body was complete`);
	return resetFailure(host, false, "closed");
}

export function unusable(host: string, problem: string): Failure {
	return permanent("protocol", `${host} did not answer in valid HTTP/2: ${problem}`);
}
