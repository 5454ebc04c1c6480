/** A body that ended so that nothing tells whether it is whole: with the connection alone, and without the end that TLS has of its own. */
import type { Failure } from "../core/failure.ts";
import { discard } from "../store/part.ts";
import { type Attempt, failAttempt } from "./attempt-state.ts";
import { endBody } from "./keep-body.ts";
import { isProvable } from "./mirror-pieces.ts";
import { remarkOnEnd } from "./remarks.ts";

/**
 * Many servers never end TLS, and lose nothing. It is asked for once more within the attempt: what breaks off by chance
 * does not do so behind the same byte again.
 */
export function endCutOff(attempt: Attempt, failure: Failure): void {
	const { part, task, filter, cutAt, context } = attempt;
	if (task.range) return failAttempt(attempt, failure);
	// Codings know their own end, and digests tell what is missing.
	if (filter) return filter.end();
	if (isProvable(task)) return endBody(attempt);
	if (cutAt === undefined) {
		attempt.cutAt = part.bytes;
		discard(part);
		attempt.verifier?.restart();
		return context.sendAgain(attempt);
	}
	if (cutAt !== part.bytes) return failAttempt(attempt, failure);
	remarkOnEnd(attempt);
	endBody(attempt);
}
