/** How far apart bytes come: some servers give a connection so many at once, and the next ones much later. Pure: time is passed in. */

/** Changed in place. */
export type Pulse = {
	arrivedMs: number | undefined;
	/** The longest time of late between bytes and the next ones. */
	gapMs: number;
};

/** One long gap is forgotten when bytes have come for so many times as long. */
const forgottenAfter = 4;

/** @param gapMs - What is known from others. */
export function createPulse(gapMs = 0): Pulse {
	return { arrivedMs: undefined, gapMs };
}

/** Bytes have come since the last look. */
export function beat(pulse: Pulse, nowMs: number): void {
	const gapMs = pulse.arrivedMs === undefined ? 0 : nowMs - pulse.arrivedMs;
	pulse.arrivedMs = nowMs;
	pulse.gapMs = Math.max(gapMs, pulse.gapMs - gapMs / forgottenAfter);
}

/** What is usual for connections of one line. */
export function usualGap(pulses: readonly Pulse[]): number {
	const gaps = pulses.map(({ gapMs }) => gapMs).sort((one, other) => one - other);
	return gaps[Math.floor(gaps.length / 2)] ?? 0;
}
