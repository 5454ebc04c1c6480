/** Whether refusals depend on how much a host is asked: what it did at less is compared with what it did when it was first lowered. */
import type { Refusals, Standing } from "./refusal-state.ts";

/** A host that is at its limit takes so much of what it was seen to take without refusing any. */
export const wellBelow = 0.9;

/** The first to be sent were sent all at once. */
const leastWaves = 3;
/** Few answers say nothing. */
export const leastOfEach = 3;
const leastRefused = 5;
/** So many that are refused, and hardly one that is served, are no matter of chance. */
const leastInVain = 12;

/** Levels from this share of the first on are counted with it. */
const asHigh = 0.7;
/** Where so many were to be refused, none is no matter of chance. */
const enoughExpected = 3;

const clearlyFewer = 0.5;
/** A host that refuses most is not to be asked more, for whatever reason it does. */
export const mostly = 0.5;
/** Times the odds. */
export const clearlyMore = 3;
/** Of standard deviations, for what was counted at first. */
const doubt = 1.5;

/** The level that a host with a limit takes all of. */
export function takenLevel({ anchored }: Refusals): number {
	return Math.max(1, Math.floor(anchored.level * (1 - anchored.share) * wellBelow));
}

/** The level at which it shows whether refusals depend on it. */
export function lowLevel({ anchored }: Refusals): number {
	return Math.max(1, Math.floor(anchored.level * lowPart(anchored.share)));
}

/** Where limits are not sharp, the share that is refused falls with what is asked: a quarter of that is refused of a quarter. */
function lowPart(share: number): number {
	return Math.min((1 - share) * wellBelow, 0.25);
}

/** Whether a host with a limit would refuse few here, or none. */
export function isLow(refusals: Refusals, level: number): boolean {
	const { mode, perSecond, anchored } = refusals;
	const low = lowPart(anchored.share);
	if (level <= anchored.level * low) return true;
	const rate = anchored.perSecond * low;
	return mode === "rate" && rate < Number.POSITIVE_INFINITY && perSecond <= rate;
}

/** Keeps what was counted before it is counted anew. */
export function keepCount(refusals: Refusals, { level }: Pick<Standing, "level">): void {
	const { anchored, ok, refusals: refused } = refusals;
	if (ok > 0) onServed(refusals);
	else refusals.inVain += refused;
	if (anchored.share === 0 || !anchored.isDoubtful) return;
	if (isLow(refusals, level)) {
		anchored.lowOk += ok;
		anchored.lowRefused += refused;
	} else if (refused > 0 && level > anchored.level * asHigh) {
		// What was counted first is few, and was looked at because it was many.
		anchored.ok += ok;
		anchored.refused += refused;
		anchored.share = anchored.refused / (anchored.ok + anchored.refused);
	}
}

/** Refusals are in vain from here on. */
export function onServed(refusals: Refusals): void {
	refusals.inVain = 0;
	refusals.inVainSinceMs = refusals.context.clock();
}

/** What was counted at low levels, this one among them. */
export function countLow({ anchored, ok, refusals }: Refusals): { readonly ok: number; readonly refused: number } {
	return { ok: anchored.lowOk + ok, refused: anchored.lowRefused + refusals };
}

/** Whether it was seen what the host does at a low level. */
export function isLowKnown({ anchored: { share, lowOk, lowRefused } }: Refusals): boolean {
	return (lowOk + lowRefused) * share >= enoughExpected;
}

/**
 * `same`: as large a share is refused at less, which no limit explains; `more`: the host has changed, or was not understood;
 * `fewer`: not within its limit, or a smaller share; `open`: too early to tell.
 */
export function compare(refusals: Refusals, { level }: Standing): "same" | "more" | "fewer" | "open" {
	const { anchored } = refusals;
	if (!isLow(refusals, level)) return "fewer";
	const { ok, refused } = countLow(refusals);
	if (refused >= leastInVain && ok < leastOfEach) return "more";
	if (refused < leastRefused || ok < leastOfEach || ok + refused < leastWaves * level) return "open";
	const { share } = anchored;
	if (refused / ok > clearlyMore * oddsOf(share)) return "more";
	const deviation = Math.sqrt((share * (1 - share)) / (anchored.ok + anchored.refused));
	const lowShare = refused / (ok + refused);
	return lowShare < mostly && lowShare >= (share - doubt * deviation) * clearlyFewer ? "same" : "fewer";
}

export function oddsOf(share: number): number {
	return share / (1 - share);
}
