/** How far apart bytes come: some servers give a connection so many at once, and the next ones much later. Pure: time is passed in. */

/** Changed in place. */
export type Pulse = {
	lookedMs: number | undefined;
	/** How long nothing has come. */
	silentMs: number;
	/** The longest time of late between bytes and the next ones. */
	gapMs: number;
};

/** One long gap is forgotten when bytes have come for so many times as long. */
const forgottenAfter = 4;
/** More time than this between two looks is that of a process that was busy: nobody was silent for it. */
const longestLookMs = 50;

/** @param gapMs - What is known from others. */
export function createPulse(gapMs = 0): Pulse {
	return { lookedMs: undefined, silentMs: 0, gapMs };
}

/** To be called at each look. @param hasCome - Whether bytes have come since the last one. */
export function feel(pulse: Pulse, nowMs: number, hasCome: boolean): void {
	const { lookedMs = nowMs } = pulse;
	pulse.lookedMs = nowMs;
	pulse.silentMs += Math.min(longestLookMs, nowMs - lookedMs);
	if (!hasCome) return;
	pulse.gapMs = Math.max(pulse.silentMs, pulse.gapMs - pulse.silentMs / forgottenAfter);
	pulse.silentMs = 0;
}

/** What is usual for connections of one line. */
export function usualGap(pulses: readonly Pulse[]): number {
	const gaps = pulses.map(({ gapMs }) => gapMs).sort((one, other) => one - other);
	return gaps[Math.floor(gaps.length / 2)] ?? 0;
}
