/** What a seeker of a level remembers, and how it goes to another level. */
import { clearWindow, createWindow, type Window } from "./rate-window.ts";

/** What a seeker is told by its surroundings. */
export type SeekerContext = {
	/** Milliseconds of a clock that never goes back. */
	readonly clock: () => number;
	/** Whether this process, and not the server or the line, is what limits: then no other level would tell anything. */
	readonly isBusy: () => boolean;
};

/**
 * `start`: the level grows with each success. `rest`: it stays, and what it brings is watched. `probe` and
 * `check`: measured at a higher or lower one, then again as it was.
 */
export type Phase = "start" | "rest" | "probe" | "check";

/** One shape, changed in place: `finishOne` runs for each file. */
export type Seeker = {
	readonly context: SeekerContext;
	/** Downloads at once, now. */
	level: number;
	least: number;
	most: number;
	/** False keeps the level as it is, but for what others set. */
	probes: boolean;
	phase: Phase;
	/** The level that is not on trial. */
	base: number;
	/** How many were in flight when one ended last. */
	inFlight: number;
	/** What moved the level last, for people. */
	why: string;

	/** The batch that is being gathered: completions until it ends, and what they brought. */
	left: number;
	count: number;
	limited: number;
	work: number;
	delayMs: number;
	delays: number;
	startedMs: number;
	/** Whether the batch is thrown away: its downloads began under another level. */
	isStale: boolean;

	/** Start: the level at which the wave began, how far it may grow, and what the waves before brought. */
	waveLevel: number;
	waveCap: number;
	/** How long the shortest wave took. */
	waveMs: number;
	waves: { readonly level: number; readonly rate: number; readonly delayMs: number }[];
	/** What the time to the first byte is compared with while a wave grows: that of the wave before, or of the first few. */
	usualDelayMs: number;
	/** That of the first few of the search. */
	firstDelayMs: number;
	/** Since the last look: times to the first byte, and how many. */
	recentDelayMs: number;
	recentDelays: number;
	flatWaves: number;
	/** Since when this process is busy; Infinity while it is not. */
	busySinceMs: number;
	/** The start was broken off while this process was busy. */
	isUnfinished: boolean;

	/** Steady: the window, what the windows before brought, and windows until the next probe. */
	readonly window: Window;
	reference: number;
	shifted: number;
	direction: 1 | -1;
	/** Factor of the next probe downwards. */
	step: number;
	restLength: number;
	rest: number;
	baseRate: number;
	baseError: number;
	probeLevel: number;
	probeRate: number;
	probeError: number;
	/** Shortest mean time to the first byte that any level had. */
	leastDelayMs: number;
	lastDelayMs: number;
	/** The shortest time that a download took, by Little's law. */
	shortestMs: number;
	/** The best rate of the last minute. */
	bestRate: number;
	bestAtMs: number;
};

export const firstRest = 4;

export const probeStep = 1.25;

/** No step up while the first byte takes so many times longer than at the best level. */
const longestDelay = 4;

/** A window counts where the level was what limited for this share of it. */
export const limitedShare = 0.9;

/** What counts as the best rate. */
export const nearBest = 0.98;

/** What is kept in flight beyond what fits on the way. */
export const spare = 1.25;

export type LevelLimits = {
	/** Where it begins. */
	readonly level: number;
	readonly most: number;
	/** Whether other levels are tried. */
	readonly probes: boolean;
};

export function createState(context: SeekerContext, limits: LevelLimits): Seeker {
	const level = Math.min(limits.level, limits.most);
	const seeker: Seeker = {
		context,
		level,
		least: 1,
		most: limits.most,
		probes: limits.probes,
		phase: "start",
		base: level,
		why: "start",
		inFlight: 0,
		left: level,
		count: 0,
		limited: 0,
		work: 0,
		delayMs: 0,
		delays: 0,
		startedMs: context.clock(),
		isStale: false,
		waveLevel: level,
		waveCap: Math.min(limits.most, level * 2),
		waveMs: Number.POSITIVE_INFINITY,
		waves: [],
		usualDelayMs: 0,
		firstDelayMs: 0,
		recentDelayMs: 0,
		recentDelays: 0,
		flatWaves: 0,
		busySinceMs: Number.POSITIVE_INFINITY,
		isUnfinished: false,
		window: createWindow(),
		reference: 0,
		shifted: 0,
		direction: 1,
		step: probeStep,
		restLength: firstRest,
		rest: firstRest,
		baseRate: 0,
		baseError: 0,
		probeLevel: level,
		probeRate: 0,
		probeError: 0,
		leastDelayMs: Number.POSITIVE_INFINITY,
		lastDelayMs: 0,
		shortestMs: Number.POSITIVE_INFINITY,
		bestRate: 0,
		bestAtMs: 0,
	};
	return seeker;
}

export function settle(seeker: Seeker, level: number, why: string): void {
	seeker.level = level;
	seeker.base = level;
	seeker.why = why;
	seeker.phase = "rest";
	seeker.isUnfinished = false;
	seeker.waves = [];
	seeker.reference = 0;
	seeker.shifted = 0;
	seeker.rest = firstRest;
	seeker.restLength = firstRest;
	seeker.direction = 1;
	seeker.step = probeStep;
	discardBatch(seeker);
}

export function discardBatch(seeker: Seeker): void {
	clearWindow(seeker.window);
	seeker.isStale = true;
	beginBatch(seeker, seeker.context.clock());
}

export function beginBatch(seeker: Seeker, nowMs: number): void {
	// What began under another level comes back first.
	seeker.left = seeker.isStale ? Math.max(seeker.level, seeker.inFlight) : seeker.level;
	seeker.count = 0;
	seeker.limited = 0;
	seeker.work = 0;
	seeker.delayMs = 0;
	seeker.delays = 0;
	seeker.startedMs = nowMs;
}

export function isCongested({ lastDelayMs, leastDelayMs }: Seeker): boolean {
	return lastDelayMs > leastDelayMs * longestDelay;
}
