/** While nothing has come back from the one host of a list, the way to it is longer than that: more is sent. */
import { beginHigher } from "../control/host-level.ts";
import { isPrivateHost } from "../control/private-host.ts";
import type { HostQueueOptions } from "./host-queue-types.ts";
import type { Host } from "./host-state.ts";
import { startOverall } from "./queue-limits.ts";

/** How often more is sent, and up to how many. */
const warmUpMs = 50;
const mostUnanswered = 256;
const lateMs = 10;

export type WarmUp<T> = {
	/** Begins with a host; an earlier one goes on where there is one. */
	begin(host: Host<T>): void;
	readonly hasBegun: boolean;
	cancel(): void;
};

export type WarmUpOptions<T> = Pick<HostQueueOptions, "limits" | "time"> & {
	readonly isBusy: () => boolean;
	/** Whether the list has shown more than one host. */
	readonly hasMany: () => boolean;
	/** The host may have more in flight. */
	readonly onHigher: (host: Host<T>) => void;
};

export function createWarmUp<T>({ limits, time, isBusy, hasMany, onHigher }: WarmUpOptions<T>): WarmUp<T> {
	let cancel: (() => void) | undefined;
	return {
		get hasBegun() {
			return cancel !== undefined;
		},
		begin(host) {
			if (hasMany() || limits.concurrency !== "auto" || limits.perHost !== "auto" || !isPrivateHost(host.name)) return;
			let dueMs = time.clock() + warmUpMs;
			const step = (): void => {
				const isLate = time.clock() - dueMs > lateMs;
				dueMs = time.clock() + warmUpMs;
				const level = host.level.seeker.level + startOverall;
				const hasAnswered = host.level.ended > 0;
				if (hasMany() || hasAnswered || host.wake || host.items.size === 0 || level > mostUnanswered) return;
				// A process that begins is busy itself, or waits for a processor: that tells nothing of the way.
				if (!isLate && !isBusy()) {
					if (!beginHigher(host.level, level)) return;
					onHigher(host);
				}
				cancel = time.after(warmUpMs, step);
			};
			cancel = time.after(warmUpMs, step);
		},
		cancel: () => cancel?.(),
	};
}
