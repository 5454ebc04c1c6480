/** How fast a run goes now, and how long it still takes. Time is passed in. */

/** Totals at one moment, none of which ever falls. */
export type Totals = {
	/** Bytes received. */
	readonly bytes: number;
	/** Entries that ended. */
	readonly files: number;
	/** Entries that ended, with the parts of those under way. */
	readonly done: number;
};

export type Rates = {
	/** Takes the totals at a moment; moments never go back. */
	sample(nowMs: number, totals: Totals): void;
	/** What each total grew by in a second, over the window. */
	perSecond(): Totals;
};

type Sample = Totals & { readonly atMs: number };

/** Rates over the last `windowMs`, 8 s unless told. */
export function createRates(windowMs = 8000): Rates {
	const samples: Sample[] = [];
	return {
		sample(nowMs, totals) {
			samples.push({ ...totals, atMs: nowMs });
			while ((samples[1]?.atMs ?? nowMs) < nowMs - windowMs) samples.shift();
		},
		perSecond() {
			const [first, last] = [samples[0], samples.at(-1)];
			const seconds = first && last ? (last.atMs - first.atMs) / 1000 : 0;
			if (first === undefined || last === undefined || seconds <= 0) return { bytes: 0, files: 0, done: 0 };
			const grown = (key: keyof Totals): number => Math.max(0, (last[key] - first[key]) / seconds);
			return { bytes: grown("bytes"), files: grown("files"), done: grown("done") };
		},
	};
}

/** Seconds until all is done at this pace; null where that cannot be told. */
export function secondsLeft(done: number, total: number, donePerSecond: number): number | null {
	if (done >= total) return 0;
	return donePerSecond > 0 ? (total - done) / donePerSecond : null;
}
