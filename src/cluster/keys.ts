/** Where things lie in Redis: everything of downspout begins with its name, and everything of a run holds the run's. */

/** The set of runs that are announced. */
export const runsKey = "downspout:runs";
/** The set of workers that are announced. */
export const workersKey = "downspout:workers";
/** The channel on which coordinators tell workers what cannot wait. */
export const controlChannel = "downspout:control";
/** Is written and removed at once, to see whether that is allowed. */
export const probeKey = "downspout:probe";
/** BullMQ puts this before the names of its keys. */
export const queuePrefix = "downspout:queue";

/** What a coordinator that vanished has left is gone after a day. */
export const keepSeconds = 86_400;

export type RunKeys = {
	/** A hash: `info`, which all may read, `setup`, sealed, and `stats`. */
	readonly run: string;
	/** Is there while the coordinator lives. */
	readonly alive: string;
	/** Counts the workers that have joined. */
	readonly workers: string;
	/** The stream of what workers tell. */
	readonly results: string;
};

export function runKeys(run: string): RunKeys {
	const base = `downspout:run:${run}`;
	return { run: base, alive: `${base}:alive`, workers: `${base}:workers`, results: `${base}:results` };
}

export function workerKey(worker: string): string {
	return `downspout:worker:${worker}`;
}

const queueParts = [
	"",
	"active",
	"completed",
	"de",
	"delayed",
	"events",
	"failed",
	"id",
	"limiter",
	"marker",
	"meta",
	"paused",
	"pc",
	"prioritized",
	"repeat",
	"stalled",
	"stalled-check",
	"wait",
	"waiting-children",
];

/** What BullMQ keeps of a queue, its jobs aside. */
export function queueKeys(run: string): readonly string[] {
	return queueParts.map((part) => `${queuePrefix}:${run}:${part}`);
}

export function jobKey(run: string, job: string): string {
	return `${queuePrefix}:${run}:${job}`;
}
