/** When the files of a run were finished, in steps that a chart can show. */
import type { BenchRun } from "../results.ts";

const wantedSteps = 40;
const niceStepsMs = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 3_600_000];

/** @param finishedAtMs moments since 1970, ascending */
export function timelineOf(
	finishedAtMs: readonly number[],
	startedAtMs: number,
	seconds: number,
): Pick<BenchRun, "timeline" | "firstFileSeconds" | "lastFileSeconds"> {
	const stepMs = niceStepsMs.find((step) => (seconds * 1000) / step <= wantedSteps) ?? 86_400_000;
	const counts = new Array<number>(Math.max(1, Math.ceil((seconds * 1000) / stepMs))).fill(0);
	for (const moment of finishedAtMs) {
		const step = Math.floor((moment - startedAtMs) / stepMs);
		// The file system's clock is a few milliseconds coarse.
		const index = Math.min(counts.length - 1, Math.max(0, step));
		counts[index] = (counts[index] ?? 0) + 1;
	}
	const since = (moment: number | undefined): number | null =>
		moment === undefined ? null : Math.min(seconds, Math.max(0, (moment - startedAtMs) / 1000));
	return {
		timeline: { stepMs, counts },
		firstFileSeconds: since(finishedAtMs[0]),
		lastFileSeconds: since(finishedAtMs.at(-1)),
	};
}
