/** Fails an attempt whose body has been too slow for too long (`--min-speed`). */
import { transient } from "../core/failure.ts";
import { createSpeedWatch, isTooSlow, type MinSpeed } from "../core/min-speed.ts";
import { type Attempt, failAttempt } from "./attempt-state.ts";

/** Called a few times a second while the body arrives. @returns Whether the attempt has ended. */
export function endIfTooSlow(attempt: Attempt, limit: MinSpeed): boolean {
	const { part, address } = attempt;
	const now = { ms: performance.now(), bytes: part.bytes };
	attempt.speed ??= createSpeedWatch(now.ms, now.bytes);
	if (!isTooSlow(attempt.speed, limit, now)) return false;
	const { bytesPerSecond, ms } = limit;
	const message = `${address.host} sent less than ${bytesPerSecond} bytes a second for ${ms / 1000} s (--min-speed)`;
	failAttempt(attempt, transient("too_slow", message));
	return true;
}
