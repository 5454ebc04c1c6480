/** The time of this process: monotonic, and timers. */
import type { Time } from "./host-queue-types.ts";

export const realTime: Time = {
	clock: () => performance.now(),
	after(ms, act) {
		const timer = setTimeout(act, ms);
		return () => clearTimeout(timer);
	},
};
