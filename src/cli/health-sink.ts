/** What `--health` tells of a run: a sink that counts. */
import type { HealthSource } from "../cluster/health.ts";
import type { Sink } from "../core/event.ts";

export type HealthSink = Sink & HealthSource;

/** Well from the start of the run to its end. */
export function createHealthSink(): HealthSink {
	const ended = { saved: 0, skipped: 0, duplicate: 0, failed: 0, cancelled: 0 };
	let bytes = 0;
	let started = 0;
	let attemptsOver = 0;
	let retries = 0;
	let isRunning = false;
	return {
		on(event) {
			switch (event.type) {
				case "run-started":
					isRunning = true;
					break;
				case "attempt-started":
					started++;
					if (event.attempt > 1) retries++;
					break;
				case "retry":
					attemptsOver++;
					break;
				case "ended":
					ended[event.outcome.status]++;
					if (event.outcome.status === "saved") bytes += event.outcome.bytes;
					if (event.id !== undefined && event.outcome.attempts > 0) attemptsOver++;
					break;
				case "run-ended":
					isRunning = false;
					break;
			}
		},
		isWell: () => isRunning,
		gauges: () => ({
			saved: ended.saved,
			skipped: ended.skipped,
			duplicates: ended.duplicate,
			failed: ended.failed,
			cancelled: ended.cancelled,
			saved_bytes: bytes,
			retries,
			out: Math.max(0, started - attemptsOver),
		}),
		async close() {},
	};
}
