/** Watches a running process and everything that it starts: memory at each moment, and which thread was busiest. */
import { listChildren, listThreads, readMemory, readThread, type ThreadUse } from "./proc.ts";

/** What was seen until `stop`. */
export type TreeFigures = {
	readonly peakRssBytes: number | null;
	readonly peakPrivateBytes: number | null;
	readonly processes: number | null;
	/** The thread that computed most, over all processes. */
	readonly busiest: ThreadUse | null;
	/** What all threads together computed until the last look at them, and how long before `stop` that was. */
	readonly computingSeconds: number;
	readonly lastLookSeconds: number;
	readonly timeslices: number | null;
};

/** Short enough to see the peak of a run of a second, and rare enough to take well below a hundredth of a processor. */
const memoryEveryMs = 50;
/** Threads are read on every fourth look: that costs more, and their counters only grow. */
const threadsEvery = 4;

/** Begins to watch; `stop` ends it and says what was seen. */
export function watchTree(pid: number): { stop(): TreeFigures } {
	const threads = new Map<number, ThreadUse>();
	const peak = { rssBytes: 0, privateBytes: 0, processes: 0 };
	let pids: readonly number[] = [pid];
	let looks = 0;
	let lastLookMs = 0;

	const look = (): void => {
		if (looks % threadsEvery === 0) {
			pids = readTree(pid, threads);
			lastLookMs = performance.now();
		}
		looks++;
		const sizes = pids.flatMap((one) => readMemory(one) ?? []);
		const sum = (pick: (size: { rssBytes: number; privateBytes: number }) => number): number =>
			sizes.reduce((total, size) => total + pick(size), 0);
		peak.rssBytes = Math.max(
			peak.rssBytes,
			sum((size) => size.rssBytes),
		);
		peak.privateBytes = Math.max(
			peak.privateBytes,
			sum((size) => size.privateBytes),
		);
		peak.processes = Math.max(peak.processes, sizes.length);
	};

	const timer = setInterval(look, memoryEveryMs);
	look();
	return {
		stop() {
			clearInterval(timer);
			const lastLookSeconds = (performance.now() - lastLookMs) / 1000;
			return { ...summarise(peak, [...threads.values()]), lastLookSeconds };
		},
	};
}

function summarise(
	peak: { readonly rssBytes: number; readonly privateBytes: number; readonly processes: number },
	threads: readonly ThreadUse[],
): Omit<TreeFigures, "lastLookSeconds"> {
	const seen = peak.rssBytes > 0;
	const busiest = threads.reduce<ThreadUse | null>(
		(best, use) => (best !== null && best.computingSeconds >= use.computingSeconds ? best : use),
		null,
	);
	return {
		peakRssBytes: seen ? peak.rssBytes : null,
		peakPrivateBytes: seen ? peak.privateBytes : null,
		processes: seen ? peak.processes : null,
		busiest,
		computingSeconds: threads.reduce((total, use) => total + use.computingSeconds, 0),
		timeslices: seen ? threads.reduce((total, use) => total + use.timeslices, 0) : null,
	};
}

/** All processes below and including this one; notes what their threads used. */
function readTree(root: number, threads: Map<number, ThreadUse>): number[] {
	const found: number[] = [];
	const waiting = [root];
	for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
		found.push(pid);
		for (const thread of listThreads(pid)) {
			const use = readThread(pid, thread);
			if (use !== undefined) threads.set(thread, use);
			waiting.push(...listChildren(pid, thread));
		}
	}
	return found;
}
