/** Entries that met a 403 and are asked for again: what comes of them tells what a host's 403s are about. */
import { forbiddenLookMs } from "./forbidden.ts";
import type { Refusals } from "./refusal-state.ts";

/** So many that come were not forbidden for themselves; so many that do not were. */
const enoughServedAfterAll = 3;
const enoughForbiddenAgain = 2;

/** Shares do not tell enough to let entries fail by them: some of those that wait are asked for again. */
export function sample(refusals: Refusals, nowMs: number): undefined {
	if (nowMs < refusals.sampledMs + forbiddenLookMs) return;
	refusals.sampledMs = nowMs;
	refusals.samples = enoughServedAfterAll;
}

/** The host served an entry that it had forbidden. */
export function onServedAfterAll(refusals: Refusals): void {
	if (isFoundOut(refusals)) return;
	const came = ++refusals.servedAfterAll;
	if (came < enoughServedAfterAll || came <= refusals.forbiddenAgain) return;
	refusals.forbidden = "load";
	// What was refused further down may have been so for itself.
	refusals.refused = Math.max(refusals.refused, refusals.anchored.level);
}

/** The host forbade an entry as before. @returns Whether this shows that its 403s are about their entries. */
export function provesEntries(refusals: Refusals): boolean {
	if (isFoundOut(refusals)) return false;
	const stayed = ++refusals.forbiddenAgain;
	if (stayed < enoughForbiddenAgain || stayed <= refusals.servedAfterAll) return false;
	refusals.forbidden = "entry";
	return true;
}

function isFoundOut({ forbidden }: Refusals): boolean {
	return forbidden === "load" || forbidden === "entry";
}
