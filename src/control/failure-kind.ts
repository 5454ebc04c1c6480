/** What a failed attempt says of its host. */
import type { Failure, FailureCode } from "../core/failure.ts";
import type { ForbiddenState } from "./forbidden.ts";
import type { RefusalKind } from "./refusal-state.ts";

/**
 * `plain`, `maybe` and `forbidden`: it was asked too much, may have been, or hardly so. `slow`: it ran out of time, or broke off. `silent`: it
 * was not there at all. `answered`: it said no, as readily as it would have said yes. `other`: nothing about the host.
 */
export type FailureKind = RefusalKind | "slow" | "silent" | "answered" | "other";

export type FailedAttempt = {
	readonly code: FailureCode;
	/** Status of this attempt's last answer; absent where there was none. */
	readonly httpStatus?: number | undefined;
	/** Whether there was a connection; absent where that is not known. */
	readonly connected?: boolean | undefined;
	/** The server said in its protocol's own way that it was too much: REFUSED_STREAM, GOAWAY. */
	readonly refused?: boolean | undefined;
};

/** Answers that a server may give for being asked too much. */
const mayBeLoad: ReadonlySet<string> = new Set(["http_408", "http_425"]);

/** @param hasAnswered - Whether the host has answered anybody before. */
export function failureKind(attempt: FailedAttempt, hasAnswered: boolean): FailureKind {
	const { code, httpStatus, connected, refused } = attempt;
	if (refused || code === "http_429") return "plain";
	if (code === "http_503") return "maybe";
	if (code === "http_403") return "forbidden";
	if (httpStatus === undefined && (code === "connect" || code === "dns")) return hasAnswered ? "maybe" : "silent";
	if (code === "timeout") return httpStatus === undefined && connected === false && !hasAnswered ? "silent" : "slow";
	if (code === "reset") return httpStatus === undefined ? "maybe" : "slow";
	if (code === "truncated" || code === "too_slow") return "slow";
	return code.startsWith("http_4") && !mayBeLoad.has(code) ? "answered" : "other";
}

/** Whether a host that failed an entry says that it is asked too much. */
export function saysTooMuch(
	{ failure, refused }: { readonly failure: Failure; readonly refused?: boolean | undefined },
	forbidden: ForbiddenState,
): boolean {
	return failure.code === "http_429" || refused === true || (failure.code === "http_403" && forbidden === "load");
}
