/** A run over time: each point stands for some seconds. Recent ones are kept as they are, older ones are joined. Pure. */

/** What happened in the `seconds` before `atSeconds`. */
export type Point = {
	/** Seconds since the run began at which the stretch ends. */
	readonly atSeconds: number;
	readonly seconds: number;
	/** Entries that ended, those of them that failed, and bytes received. */
	readonly files: number;
	readonly failed: number;
	readonly bytes: number;
	/** Downloads in flight, on average; and the most that were allowed, at the end. */
	readonly inFlight: number;
	readonly level: number;
	/** Of points that were joined: the most that any of them had. */
	readonly peak?: Peak;
};

/** Files and bytes a second, and downloads in flight, at their highest. */
export type Peak = {
	readonly filesPerSecond: number;
	readonly bytesPerSecond: number;
	readonly inFlight: number;
};

export type Series = {
	add(point: Point): void;
	/** All of them, the oldest first. */
	points(): Point[];
};

/** Points of each tier, and how many become one of the next. A day of two a second makes 1500. */
const mostOfTier = 240;
const joined = 4;

/** @param start - Points to begin with, as another series gave them. */
export function createSeries(start: readonly Point[] = []): Series {
	/** The first tier is the newest. */
	const tiers: Point[][] = [[]];
	const add = (point: Point, depth: number): void => {
		tiers[depth] ??= [];
		const tier = tiers[depth];
		tier.push(point);
		if (tier.length > mostOfTier) add(joinPoints(tier.splice(0, joined)), depth + 1);
	};
	for (const point of start) add(point, 0);
	return {
		add: (point) => add(point, 0),
		points: () => tiers.toReversed().flat(),
	};
}

/** The highest that a point tells of, so that no peak gets lower as points are joined. */
export function peakOf({ files, bytes, inFlight, seconds, peak }: Point): Peak {
	if (peak) return peak;
	const each = seconds > 0 ? seconds : 1;
	return { filesPerSecond: files / each, bytesPerSecond: bytes / each, inFlight };
}

/** One point for several that follow each other. */
function joinPoints(points: readonly Point[]): Point {
	const sum = (of: (point: Point) => number): number => points.reduce((total, point) => total + of(point), 0);
	const seconds = sum((point) => point.seconds);
	const last = points.at(-1);
	const peaks = points.map(peakOf);
	const most = (of: (peak: Peak) => number): number => Math.max(...peaks.map(of));
	return {
		atSeconds: last?.atSeconds ?? 0,
		seconds,
		files: sum((point) => point.files),
		failed: sum((point) => point.failed),
		bytes: sum((point) => point.bytes),
		inFlight: seconds > 0 ? sum((point) => point.inFlight * point.seconds) / seconds : 0,
		level: last?.level ?? 0,
		peak: {
			filesPerSecond: most((peak) => peak.filesPerSecond),
			bytesPerSecond: most((peak) => peak.bytesPerSecond),
			inFlight: most((peak) => peak.inFlight),
		},
	};
}
