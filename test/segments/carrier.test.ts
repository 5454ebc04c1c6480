/** Which connection is taken for slow, where bytes come in bursts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Carrier, createCarrier, findLame, measureSpeed } from "../../src/segments/carrier.ts";
import { usualGap } from "../../src/segments/pulse.ts";

const tickMs = 25;
const far = 1e12;

type Line = {
	readonly everyMs: number;
	readonly lastsMs: number;
	/** When bursts come, as a share of the time between them. */
	readonly phase: (nth: number) => number;
	/** Of the speed of the others, from some moment on. */
	readonly slow?: { readonly factor: number; readonly fromMs: number };
};

/** Eight connections of one byte a millisecond, of which the last may be slow. @returns Which was found to be, and when. */
function watch({ everyMs, lastsMs, phase, slow }: Line): { readonly lame: number; readonly ms: number } | undefined {
	const carriers: Carrier[] = [];
	for (let nowMs = 0; nowMs < 40_000; nowMs += tickMs) {
		// One after the other, as they are found.
		if (carriers.length < 8 && nowMs >= carriers.length * 300) {
			const gapMs = usualGap(carriers.map(({ pulse }) => pulse));
			const place = { place: 0, askedTo: far, overlapBytes: 0, nowMs, gapMs };
			carriers.push(createCarrier({ start: 0, end: far }, place));
		}
		const gapMs = usualGap(carriers.map(({ pulse }) => pulse));
		for (const [nth, carrier] of carriers.entries()) {
			const at = (nowMs - carrier.begunMs + Math.floor((phase(nth) * everyMs) / tickMs) * tickMs) % everyMs;
			const factor = slow && nth === 7 && nowMs >= slow.fromMs ? slow.factor : 1;
			if (at < lastsMs) carrier.fresh += (everyMs / lastsMs) * tickMs * factor;
			measureSpeed(carrier, nowMs, gapMs);
		}
		const lame = findLame(carriers, nowMs, 0);
		if (lame) return { lame: carriers.indexOf(lame), ms: nowMs };
	}
	return undefined;
}

const bursts = [
	[25, 25],
	[200, 25],
	[1000, 25],
	[1000, 200],
	[2000, 25],
	[2000, 300],
] as const;
const phases = [() => 0, (nth: number) => (nth * 0.37) % 1, (nth: number) => (nth * nth * 0.61 + 0.2) % 1];

test("a connection is not slow because its next burst is not here yet", () => {
	for (const [everyMs, lastsMs] of bursts) {
		for (const phase of phases) {
			const found = watch({ everyMs, lastsMs, phase });
			assert.equal(found, undefined, `every ${everyMs} ms, for ${lastsMs} ms: ${JSON.stringify(found)}`);
		}
	}
});

test("one that is slow, or silent, is found in bursts as well", () => {
	for (const [everyMs, lastsMs] of bursts) {
		for (const phase of phases) {
			for (const factor of [0, 0.15]) {
				const found = watch({ everyMs, lastsMs, phase, slow: { factor, fromMs: 12_000 } });
				assert.equal(found?.lame, 7, `every ${everyMs} ms, ${factor}: ${JSON.stringify(found)}`);
				assert(found.ms < 12_000 + 2000 + 10 * everyMs, `${everyMs}: found after ${found.ms} ms`);
			}
		}
	}
});
