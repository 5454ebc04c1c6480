/** The bytes of the file on their way into its part: counted, bounded, and looked at. */
import { permanent, transient } from "../core/failure.ts";
import { append, discard } from "../store/part.ts";
import { type Attempt, failAttempt } from "./attempt-state.ts";
import { tooLarge } from "./outcome-of-head.ts";
import { publishAttempt } from "./publish-attempt.ts";

/** @param chunk - Valid only during the call. @throws {NodeJS.ErrnoException} such as ENOSPC. @throws {PartLostError} */
export function keepBytes(attempt: Attempt, chunk: Buffer): void {
	const { part, verifier, context } = attempt;
	append(context.store, part, chunk);
	verifier?.update(chunk);
	const totalBytes = part.source?.totalBytes;
	if (totalBytes !== undefined && part.bytes > totalBytes) return refuseSurplus(attempt, totalBytes);
	const { maxSizeBytes } = context.options;
	if (maxSizeBytes !== undefined && part.bytes > maxSizeBytes) return failAttempt(attempt, tooLarge(maxSizeBytes));
	attempt.typeCheck?.look();
}

function refuseSurplus(attempt: Attempt, totalBytes: number): void {
	const { part, context, hasRange, exchange, address } = attempt;
	discard(part);
	if (!hasRange) {
		const message = `${address.host} sent more than the ${totalBytes} bytes that it announced`;
		return failAttempt(attempt, permanent("protocol", message));
	}
	// An answer to a range that does not fit says nothing against the whole.
	exchange?.abort();
	attempt.verifier?.restart();
	context.sendAgain(attempt);
}

/** All bytes of the file are here. */
export function endBody(attempt: Attempt): void {
	const { part } = attempt;
	const totalBytes = part.source?.totalBytes;
	attempt.segments?.stop();
	if (totalBytes !== undefined && part.bytes !== totalBytes) {
		return failAttempt(attempt, transient("truncated", `the body ended after ${part.bytes} of ${totalBytes} bytes`));
	}
	publishAttempt(attempt);
}
