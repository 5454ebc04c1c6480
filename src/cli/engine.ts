/** Sets V8 for downloads: a small heap, as they leave short-lived objects only. */
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Where the young generation stops growing; V8 would let it have 48 MiB. */
const enoughBytes = 8 * 1024 * 1024;
const lookMs = 20;

/**
 * Lets the young generation grow to its size at one go, and no further. V8 would double it from half a MiB, and only when
 * as much has survived as fits in: collecting that often takes a fiftieth of a short run. There are flags for this, but
 * they count only when they are given to Node before the start; the growth factor is read at each growth. It applies to
 * worker threads as well; by the time that this thread has reached the limit, they have reached their own, which is lower.
 *
 * The old generation is collected when it has grown by a fifth, rather than when it has doubled: so what a file leaves
 * there does not add up over a long list.
 */
export function tuneEngine(): void {
	// Not at once: modules of Node that load under other flags than its own are compiled anew, 5 ms of each start.
	setTimeout(() => {
		setFlagsFromString("--heap-growing-percent=20");
	}, lookMs).unref();
	const timer = setInterval(() => {
		const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
		// It is taken from the system bit by bit: with more than half of it the next growth would go beyond.
		const factor = space ? Math.max(1, Math.floor(enoughBytes / space.space_size)) : 1;
		setFlagsFromString(`--semi-space-growth-factor=${factor}`);
		if (factor === 1) clearInterval(timer);
	}, lookMs);
	timer.unref();
}
