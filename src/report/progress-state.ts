/** What a run's progress is, gathered from its events: the one source of every kind of display. */
import type { RunEvent } from "../core/event.ts";
import type { Outcome } from "../core/outcome.ts";
import { publicUrl } from "../core/public-url.ts";
import { createRates, secondsLeft } from "../core/rates.ts";
import type { TaskProgress } from "../core/task.ts";

/** A download under way. */
export type InFlight = {
	readonly id: number;
	readonly url: string;
	/** Whom it asks, as the scheduler counts hosts. */
	readonly host: string | undefined;
	readonly startedMs: number;
	readonly bytes: number;
	readonly totalBytes: number | undefined;
	/** Over the last seconds. */
	readonly bytesPerSecond: number;
};

/** The progress at one moment. */
export type ProgressView = {
	/** Entries that ended. Those that were cancelled did not: another run goes on with them. */
	readonly files: number;
	/** Entries read so far. */
	readonly total: number;
	readonly totalKnown: boolean;
	/** From 0 to 1; null while the number of entries cannot even be estimated. */
	readonly share: number | null;
	/** Bytes received, those of failed attempts included. */
	readonly bytes: number;
	readonly bytesPerSecond: number;
	readonly filesPerSecond: number;
	readonly secondsLeft: number | null;
	readonly failed: number;
	readonly inFlight: number;
	/** How many may be in flight; null until that was told. */
	readonly level: number | null;
	readonly stopping: boolean;
};

export type ProgressState = {
	on(event: RunEvent): void;
	view(nowMs: number): ProgressView;
	/** Downloads that have been under way for at least `ageMs`, the oldest first, `most` at most. */
	oldest(nowMs: number, ageMs: number, most: number): InFlight[];
	/** Whom the downloads under way ask: one for each. */
	hosts(): Iterable<string>;
};

/** A first report may hold what an earlier attempt or run left: no more of it than this counts as received. */
const mostAtFirst = 4 * 1024 * 1024;

/** A speed is that of one to two such times: what came when, one time ago and two. */
const speedMs = 3000;

type Mark = { atMs: number; bytes: number };
type Download = {
	readonly url: string;
	readonly host: string | undefined;
	startedMs: number;
	bytes: number;
	totalBytes: number | undefined;
	from: Mark;
	next: Mark;
};

type Begun = Pick<RunEvent & { readonly type: "attempt-started" }, "url" | "host">;

type Downloads = Map<number, Download>;

/** What only grows or is told. */
type Known = {
	files: number;
	failed: number;
	bytes: number;
	total: number;
	complete: boolean;
	fraction: number;
	level: number | null;
	stopping: boolean;
};

/** Starts with nothing; `now` is a clock in milliseconds. */
export function createProgressState(now: () => number): ProgressState {
	const downloads: Downloads = new Map();
	const rates = createRates();
	const known: Known = {
		files: 0,
		failed: 0,
		bytes: 0,
		total: 0,
		complete: false,
		fraction: 0,
		level: null,
		stopping: false,
	};
	rates.sample(now(), { bytes: 0, files: 0, done: 0 });
	return {
		on(event) {
			if (event.type === "attempt-started") downloads.set(event.id, begin(event, now()));
			else learn(known, downloads, event);
		},
		view(nowMs) {
			const { files, failed, bytes, complete, stopping } = known;
			const total = Math.max(known.total, files);
			const done = files + partsOf(downloads.values());
			rates.sample(nowMs, { bytes, files, done });
			const pace = rates.perSecond();
			const expected = expectedTotal(known);
			const share = expected === undefined ? null : expected === 0 ? 1 : Math.min(1, done / expected);
			const left = expected === undefined ? null : secondsLeft(done, expected, pace.done);
			const speeds = { bytesPerSecond: pace.bytes, filesPerSecond: pace.files, secondsLeft: left };
			return {
				files,
				total,
				totalKnown: complete,
				share,
				bytes,
				...speeds,
				failed,
				inFlight: downloads.size,
				level: known.level,
				stopping,
			};
		},
		oldest(nowMs, ageMs, most) {
			const old: InFlight[] = [];
			for (const [id, download] of downloads) {
				if (old.length >= most || download.startedMs > nowMs - ageMs) break;
				old.push(inFlight(id, download, nowMs));
			}
			return old;
		},
		*hosts() {
			for (const { host } of downloads.values()) if (host !== undefined) yield host;
		},
	};
}

function learn(known: Known, downloads: Downloads, event: RunEvent): void {
	switch (event.type) {
		case "progress":
			known.bytes += advance(downloads.get(event.id), event);
			break;
		case "retry":
			downloads.delete(event.id);
			break;
		case "ended":
			if (event.outcome.status !== "cancelled") known.files += 1;
			if (event.outcome.status === "failed") known.failed += 1;
			known.bytes += end(downloads, event.id, event.outcome);
			break;
		case "list-read":
			known.total = event.total;
			known.complete = event.complete;
			known.fraction = event.fraction ?? 0;
			break;
		case "run-started":
			if (event.concurrency !== "auto") known.level = event.concurrency;
			break;
		case "level":
			known.level = event.inAll;
			break;
		case "stopping":
			known.stopping = true;
	}
}

/** Takes the download out and says how many bytes no report had. */
function end(downloads: Downloads, id: number | undefined, { status, bytes }: Outcome): number {
	const download = id === undefined ? undefined : downloads.get(id);
	if (id !== undefined) downloads.delete(id);
	return status === "saved" ? Math.max(0, bytes - (download?.bytes ?? 0)) : 0;
}

/** The entries of the whole list, estimated from the part read; absent where not even that can be told. */
function expectedTotal({ files, total, complete, fraction }: Known): number | undefined {
	if (complete) return Math.max(total, files);
	return fraction > 0 ? Math.max(total, files, total / fraction) : undefined;
}

function begin({ url, host }: Begun, startedMs: number): Download {
	const start = { atMs: startedMs, bytes: 0 };
	return { url, host, startedMs, bytes: 0, totalBytes: undefined, from: start, next: start };
}

/** Takes a report in and says how many bytes are new. */
function advance(download: Download | undefined, { bytes, totalBytes }: TaskProgress): number {
	if (download === undefined) return 0;
	const first = download.bytes === 0;
	const grown = Math.max(0, bytes - download.bytes);
	if (first) download.from = download.next = { atMs: download.startedMs, bytes: Math.max(0, bytes - mostAtFirst) };
	download.bytes = bytes;
	download.totalBytes = totalBytes;
	return first ? Math.min(grown, mostAtFirst) : grown;
}

/** The sum of the finished parts, each from 0 to 1, of what is under way. */
function partsOf(downloads: Iterable<Download>): number {
	let parts = 0;
	for (const { bytes, totalBytes } of downloads) {
		if (totalBytes !== undefined && totalBytes > 0) parts += Math.min(1, bytes / totalBytes);
	}
	return parts;
}

function inFlight(id: number, download: Download, nowMs: number): InFlight {
	const { url, host, startedMs, bytes, totalBytes } = download;
	if (nowMs - download.next.atMs >= speedMs) {
		download.from = download.next;
		download.next = { atMs: nowMs, bytes };
	}
	const seconds = (nowMs - download.from.atMs) / 1000;
	const bytesPerSecond = seconds > 0 ? Math.max(0, bytes - download.from.bytes) / seconds : 0;
	return { id, url: publicUrl(url), host, startedMs, bytes, totalBytes, bytesPerSecond };
}
