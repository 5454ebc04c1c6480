/** Attempts that ask for the head alone (`--dry-run`): what they end as, and when HEAD is no way to ask. */
import { type Attempt, endAttempt } from "./attempt-state.ts";
import { targetFile } from "./target.ts";

/** What servers answer that do not know HEAD, or know it for some resources only: with GET they may answer otherwise. */
const refusals: ReadonlySet<number> = new Set([400, 403, 405, 406, 500, 501]);

export function refusesHead(status: number): boolean {
	return refusals.has(status);
}

/** The head is here, and nothing else is wanted. */
export function endDry(attempt: Attempt, totalBytes: number | undefined): void {
	const { target, exchange, method } = attempt;
	if (!target) return;
	// After HEAD the connection serves the next one.
	if (method !== "HEAD") exchange?.abort();
	endAttempt(attempt, {
		kind: "saved",
		file: targetFile(target),
		bytes: totalBytes ?? 0,
		...(totalBytes === undefined && { isSizeUnknown: true }),
	});
}
