/** Whether bodies break off because much is asked for: as many that do at a quarter of a level have other reasons. */

/** What broke off while less and less was asked for. One shape, changed in place. */
export type BrokenOff = {
	/** The level that is compared with, since when, and what ended there; 0 for none. */
	level: number;
	atMs: number;
	ok: number;
	broken: number;
	/** What ended at a quarter of it, or less. */
	lowOk: number;
	lowBroken: number;
	/** The share that breaks off at any level, and until when it counts as known. */
	usual: number;
	usualUntilMs: number;
};

/** What ended since the last look, at that level. */
export type Ends = { readonly level: number; readonly ok: number; readonly broken: number };

const lowPart = 0.25;
const lastsMs = 60_000;
const enoughLow = 20;
const leastLow = 5;
/** A host with a limit brings four times the share at a quarter, or all. */
const broughtMore = 1.5;
const clearlyFewer = 0.6;
/** Beyond the share that is usual. */
const beyondUsual = 0.15;

export function createBrokenOff(): BrokenOff {
	return { level: 0, atMs: 0, ok: 0, broken: 0, lowOk: 0, lowBroken: 0, usual: 0, usualUntilMs: 0 };
}

export function isUsualKnown({ usualUntilMs }: BrokenOff, nowMs: number): boolean {
	return nowMs < usualUntilMs;
}

export function isUsual({ usual }: BrokenOff, share: number): boolean {
	return share <= usual + beyondUsual;
}

/** Clearly many broke off. @returns The level to return to, where that does not depend on the level; 0 where it may. */
export function levelForBroken(state: BrokenOff, { level, ok, broken }: Ends, nowMs: number): number {
	if (state.level === 0 || level > state.level || nowMs > state.atMs + lastsMs)
		return begin(state, { level, ok, broken }, nowMs);
	if (level > state.level * lowPart) return 0;
	state.lowOk += ok;
	state.lowBroken += broken;
	const { lowOk, lowBroken } = state;
	if (lowOk + lowBroken < enoughLow || lowOk < leastLow || lowBroken < leastLow) return 0;
	const brought = state.ok / (state.ok + state.broken);
	const lowBrought = lowOk / (lowOk + lowBroken);
	if (lowBrought > brought * broughtMore || 1 - lowBrought < (1 - brought) * clearlyFewer) {
		// No quarter of it is a level: it is compared with the same again.
		if (level * lowPart < 1) return clearLow(state);
		return begin(state, { level, ok: lowOk, broken: lowBroken }, nowMs);
	}
	const back = state.level;
	state.level = 0;
	state.usual = 1 - lowBrought;
	state.usualUntilMs = nowMs + lastsMs;
	return back;
}

function begin(state: BrokenOff, { level, ok, broken }: Ends, nowMs: number): 0 {
	state.level = level;
	state.atMs = nowMs;
	state.ok = ok;
	state.broken = broken;
	return clearLow(state);
}

function clearLow(state: BrokenOff): 0 {
	state.lowOk = 0;
	state.lowBroken = 0;
	return 0;
}
