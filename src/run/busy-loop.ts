/** Whether this event loop is what limits: then no number of downloads would bring more. */
import { performance } from "node:perf_hooks";

const busy = 0.9;
/** Shorter spans tell of single turns. */
const leastMs = 50;

export function createBusyLook(): () => boolean {
	let since = performance.eventLoopUtilization();
	let sinceMs = performance.now();
	let isBusy: boolean | undefined;
	return () => {
		const nowMs = performance.now();
		if (isBusy !== undefined && nowMs - sinceMs < leastMs) return isBusy;
		isBusy = performance.eventLoopUtilization(since).utilization >= busy;
		since = performance.eventLoopUtilization();
		sinceMs = nowMs;
		return isBusy;
	};
}
