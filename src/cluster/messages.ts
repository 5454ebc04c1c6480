/** What goes through Redis between a coordinator and its workers, and what of it is believed. */
import type { SetCookie } from "../core/cookie-file.ts";
import type { DownloadOptions } from "../core/options.ts";
import type { HostCounts } from "../core/outcome.ts";
import type { Demand, RateDemand, RateShare } from "../core/rate-shares.ts";
import type { AttemptResult, Task, TaskProgress } from "../core/task.ts";
import { isAmount, isCount, isListOf, isObject, isText } from "./checks.ts";
import { ClusterError } from "./cluster-error.ts";
import { isProgress, isResult } from "./result-checks.ts";
import { isTask } from "./task-checks.ts";

/** Both sides must speak the same one. */
export const protocol = 3;

/** A task that was handed out: `hand` tells this handing out from any other of the same task. */
export type HandedTask = { readonly hand: number; readonly task: Task };

/** What a job of the queue holds. */
export type Batch = { readonly protocol: number; readonly tasks: readonly HandedTask[] };

export type HandedResult = { readonly hand: number; readonly result: AttemptResult };

/** What a worker tells its coordinator, in the order in which it happened. */
export type WorkerMessage = {
	readonly protocol: number;
	/** Its number in the run. */
	readonly worker: number;
	readonly host: string;
	readonly pid: number;
	/** Downloads that it makes at once. */
	readonly capacity: number;
	readonly inFlight: number;
	readonly filesPerSecond: number;
	/** Names of all batches that it has, now. */
	readonly held: readonly string[];
	/** Names of those of them that it has not begun: it waits for a word whether it may. */
	readonly waits?: readonly string[];
	readonly results?: readonly HandedResult[];
	readonly progress?: readonly TaskProgress[];
	/** Cookies that servers have set, where the run keeps them. */
	readonly cookies?: readonly SetCookie[];
	/** What it could use of the run's bytes a second, where those are limited. */
	readonly demand?: RateDemand;
	/** What it does not do: another worker may. `kept` where bytes of it lie in the sink. */
	readonly back?: readonly { readonly hand: number; readonly kept: boolean }[];
	/** What has killed a process of the worker, and what that process is called in the sink. */
	readonly lost?: readonly { readonly hand: number; readonly why: string; readonly owner: string }[];
	/** `stopped`: nothing of the run is in flight any more. `left`: nor will be. */
	readonly state?: "stopped" | "left";
	readonly note?: string;
	/** A batch that it does not do, as it may not or cannot: no other worker would. */
	readonly refused?: { readonly batch: string; readonly why: string };
};

/** What all may know of a run. */
export type RunInfo = {
	readonly protocol: number;
	readonly run: string;
	readonly list: string;
	/** As the user named it. */
	readonly sink: string;
	/** Tells the sink from any other. */
	readonly sinkId: string;
	/** Names the download directory whose journal the run writes. */
	readonly journalId: string;
	/** Where the coordinator runs, and its process there. */
	readonly place: string;
	readonly pid: number;
	readonly startTicks?: string;
	readonly host: string;
};

/** What only workers may know. */
export type RunSetup = { readonly options: DownloadOptions };

export type RunStats = {
	readonly total: number;
	readonly saved: number;
	readonly failed: number;
	readonly waiting: number;
	readonly workers: number;
	readonly filesPerSecond: number;
	/** Hosts with the most failures, then the most files: what they refused, and the level that they are held to. */
	readonly hosts: readonly HostCounts[];
};

/** @throws {ClusterError} (`cluster_message`) it is none, or of another version. */
export function readBatch(value: unknown): Batch {
	checkProtocol(value);
	if (!isObject(value) || !Array.isArray(value.tasks) || !value.tasks.every(isHandedTask)) {
		throw new ClusterError("cluster_message", "a batch holds something that no coordinator would send");
	}
	return { protocol, tasks: value.tasks };
}

/** @throws {ClusterError} (`cluster_message`) it is none, or of another version. */
export function readMessage(value: unknown): WorkerMessage {
	checkProtocol(value);
	if (!isMessage(value)) throw new ClusterError("cluster_message", "a worker sent something that no worker would send");
	return value;
}

/** @throws {ClusterError} (`cluster_message`) it is none, or of another version. */
export function readInfo(value: unknown): RunInfo {
	checkProtocol(value);
	if (!isInfo(value)) throw new ClusterError("cluster_message", "the announcement of a run cannot be read");
	return value;
}

/** @throws {ClusterError} (`cluster_message`) it is none. */
export function readSetup(value: unknown): RunSetup {
	if (!isSetup(value)) throw new ClusterError("cluster_message", "the options of a run cannot be read");
	return value;
}

export function isStats(value: unknown): value is RunStats {
	const names = ["total", "saved", "failed", "waiting", "workers", "filesPerSecond"];
	return (
		isObject(value) && names.every((name) => typeof value[name] === "number") && isListOf(value.hosts, isHostCounts)
	);
}

function isHostCounts(value: unknown): boolean {
	const names = ["saved", "failed", "bytes", "retries", "refused", "level"];
	return isObject(value) && typeof value.host === "string" && names.every((name) => typeof value[name] === "number");
}

function checkProtocol(value: unknown): void {
	const found = isObject(value) ? value.protocol : undefined;
	if (found === protocol) return;
	throw new ClusterError(
		"cluster_message",
		`it speaks version ${String(found)} of the protocol of clusters, and this downspout ${protocol}: use one release for all`,
	);
}

function isHandedTask(value: unknown): value is HandedTask {
	return isObject(value) && typeof value.hand === "number" && isTask(value.task);
}

function isMessage(value: unknown): value is WorkerMessage {
	if (!isObject(value)) return false;
	const { worker, host, held, state, note, refused, demand } = value;
	return (
		isCount(worker) &&
		["pid", "capacity", "inFlight", "filesPerSecond"].every((name) => isAmount(value[name])) &&
		typeof host === "string" &&
		isListOf(held, isText) &&
		(state === undefined || state === "stopped" || state === "left") &&
		(note === undefined || isText(note)) &&
		(refused === undefined || (isObject(refused) && isText(refused.batch) && isText(refused.why))) &&
		(demand === undefined || isRateDemand(demand)) &&
		isListOf(value.waits ?? [], isText) &&
		isListOf(value.results ?? [], (one) => isObject(one) && isCount(one.hand) && isResult(one.result)) &&
		isListOf(value.progress ?? [], isProgress) &&
		isCookies(value.cookies ?? []) &&
		isListOf(value.back ?? [], (one) => isObject(one) && isCount(one.hand)) &&
		isListOf(value.lost ?? [], (one) => isObject(one) && isCount(one.hand) && isText(one.why) && isText(one.owner))
	);
}

export function isCookies(value: unknown): value is readonly SetCookie[] {
	return isListOf(
		value,
		(one) => isObject(one) && typeof one.url === "string" && URL.canParse(one.url) && typeof one.text === "string",
	);
}

function isRateDemand(value: unknown): value is RateDemand {
	if (!isObject(value) || !isAmount(value.ms)) return false;
	return (value.all === undefined || isDemand(value.all)) && isListOf(value.hosts, (one) => isOfHost(one, isDemand));
}

function isDemand(value: unknown): value is Demand {
	return isObject(value) && ["held", "free", "freePerSecond", "bytes"].every((name) => isAmount(value[name]));
}

export function isRateShare(value: unknown): value is RateShare {
	if (!isObject(value)) return false;
	const isRate = (one: unknown): boolean => one === undefined || isAmount(one);
	return isRate(value.all) && isRate(value.others) && isListOf(value.hosts, (one) => isOfHost(one, isAmount));
}

function isOfHost(value: unknown, isOne: (one: unknown) => boolean): boolean {
	return Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && isOne(value[1]);
}

function isInfo(value: unknown): value is RunInfo {
	if (!isObject(value)) return false;
	const texts = ["run", "list", "sink", "sinkId", "journalId", "place", "host"];
	return texts.every((name) => typeof value[name] === "string") && typeof value.pid === "number";
}

function isSetup(value: unknown): value is RunSetup {
	return isObject(value) && isObject(value.options) && Array.isArray(value.options.headers);
}
