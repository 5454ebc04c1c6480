/** Looks at the run every now and then: the points of its course, and how it goes now. */
import type { ProgressState, ProgressView } from "../report/progress-state.ts";
import type { Facts } from "./collector.ts";
import { createSeries, type Point, type Series } from "./series.ts";

export type Sampler = {
	/** Takes a point; nothing where no time has passed. */
	sample(): void;
	/** How the run went when the last point was taken. */
	view(): ProgressView;
	readonly series: Series;
	/** The number of points taken, and those since such a number, as far as a few are kept. */
	readonly taken: number;
	since(taken: number): readonly Point[];
};

export type SamplerOptions = {
	readonly progress: ProgressState;
	readonly facts: Readonly<Facts>;
	/** In milliseconds; never goes back. */
	readonly now: () => number;
};

const mostRecent = 120;

export function createSampler({ progress, facts, now }: SamplerOptions): Sampler {
	const series = createSeries();
	const startMs = now();
	let recent: Point[] = [];
	let taken = 0;
	let lastMs = startMs;
	let last = progress.view(startMs);
	return {
		sample() {
			const nowMs = now();
			if (nowMs <= lastMs) return;
			const view = progress.view(nowMs);
			const point: Point = {
				atSeconds: (nowMs - startMs) / 1000,
				seconds: (nowMs - lastMs) / 1000,
				files: view.files - last.files,
				failed: view.failed - last.failed,
				bytes: view.bytes - last.bytes,
				// Files that only wait for their names have left their slots.
				inFlight: Math.min(view.inFlight, facts.level ?? view.inFlight),
				level: facts.level ?? view.inFlight,
			};
			series.add(point);
			recent = [...recent.slice(1 - mostRecent), point];
			taken++;
			lastMs = nowMs;
			last = view;
		},
		view: () => last,
		series,
		get taken() {
			return taken;
		},
		since: (number) => (taken > number ? recent.slice(number - taken) : []),
	};
}
