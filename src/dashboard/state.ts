/** What a reader is told: the whole state, or what has changed since it was told last. */
import type { Summary } from "../core/outcome.ts";
import { publicText } from "../core/public-url.ts";
import type { InFlight } from "../report/progress-state.ts";
import type { Collector } from "./collector.ts";
import type { Details, Flight, LevelChange, Now, State, Update, View } from "./model.ts";
import { firstHosts, fitsFailure } from "./select.ts";

/** How much is shown of what may be long. */
type Most = { readonly flights: number; readonly hosts: number; readonly failures: number };
const mostLive: Most = { flights: 30, hosts: 100, failures: 100 };

/** How far a reader has been told. */
export type Told = {
	readonly points: number;
	readonly log: number;
	readonly failures: number;
	readonly levels: number;
	readonly hosts: number;
	readonly inFlight: number;
};

/** Where a reader stands who has just been told all. */
export function allTold({ sampler, log, failures, levels, hosts }: Collector, { wholeLog }: View): Told {
	return {
		points: sampler.taken,
		log: log.next(wholeLog),
		failures: failures.size,
		levels: levels.added,
		hosts: hosts.version,
		inFlight: sampler.view().inFlight,
	};
}

export function stateOf(collector: Collector, view: View, most: Most = mostLive): State {
	const { sampler, startedAtMs, options, log } = collector;
	return {
		...publicSummary(options.summary()),
		now: nowOf(collector),
		startedAtMs,
		atMs: Date.now(),
		filesTo: filesToOf(collector),
		tryAgain: options.tryAgain,
		points: sampler.series.points(),
		flights: flightsOf(collector, most.flights),
		...hostsOf(collector, view, most.hosts),
		...failuresOf(collector, view, most.failures),
		workers: collector.workers.rows(),
		levels: levelsOf(collector),
		log: log.rows(view.wholeLog, 0),
	};
}

/** What is long comes only where it changed. */
export function updateOf(collector: Collector, view: View, told: Told): Update {
	const { sampler, log, failures, levels, hosts, options } = collector;
	const hostsChanged = hosts.version !== told.hosts || sampler.view().inFlight !== told.inFlight;
	return {
		...publicSummary(options.summary()),
		now: nowOf(collector),
		filesTo: filesToOf(collector),
		atMs: Date.now(),
		points: sampler.since(told.points),
		flights: flightsOf(collector, mostLive.flights),
		log: log.rows(view.wholeLog, told.log),
		...(hostsChanged && { ...hostsOf(collector, view, mostLive.hosts), workers: collector.workers.rows() }),
		...(failures.size !== told.failures && failuresOf(collector, view, mostLive.failures)),
		...(levels.added !== told.levels && { levels: levelsOf(collector) }),
	};
}

/** Lists and directories may be URLs. */
function publicSummary(summary: Summary): Summary {
	return { ...summary, list: publicText(summary.list), dir: publicText(summary.dir) };
}

function filesToOf({ facts, options }: Collector): string {
	return publicText(facts.sink ?? options.summary().dir);
}

function nowOf({ sampler, facts }: Collector): Now {
	const view = sampler.view();
	const hasEnded = facts.phase === "ended";
	return {
		phase: facts.phase,
		files: view.files,
		listed: view.total,
		listedAll: view.totalKnown,
		share: view.share,
		received: view.bytes,
		filesPerSecond: hasEnded ? 0 : view.filesPerSecond,
		bytesPerSecond: hasEnded ? 0 : view.bytesPerSecond,
		secondsLeft: hasEnded ? null : view.secondsLeft,
		inFlight: Math.min(view.inFlight, facts.level ?? view.inFlight),
		level: facts.level,
		perHost: facts.perHost,
	};
}

function flightsOf({ progress }: Collector, most: number): Flight[] {
	const nowMs = performance.now();
	return progress.oldest(nowMs, 0, most).map((flight) => flightOf(flight, nowMs));
}

function flightOf({ id, url, host, startedMs, bytes, totalBytes, bytesPerSecond }: InFlight, nowMs: number): Flight {
	const seconds = (nowMs - startedMs) / 1000;
	return { id, url, host: host ?? "", seconds, bytes, totalBytes: totalBytes ?? null, bytesPerSecond };
}

type HostDetails = Pick<Details, "hostRows" | "hostsFitting" | "hostsKnown">;

function hostsOf({ hosts, progress }: Collector, view: View, most: number): HostDetails {
	const { rows, fitting } = firstHosts(hosts.rows(progress.hosts()), view, most);
	return { hostRows: rows, hostsFitting: fitting, hostsKnown: hosts.size };
}

function failuresOf({ failures }: Collector, view: View, most: number): Pick<Details, "failures"> {
	return { failures: failures.rows((failure) => fitsFailure(failure, view), most) };
}

function levelsOf({ levels }: Collector): LevelChange[] {
	const rows = levels.since(0).map(({ number, item }) => ({ ...item, id: number }));
	return rows.reverse();
}
