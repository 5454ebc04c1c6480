/** Keeps V8's heap small: downloads leave short-lived objects only. */
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** The space doubles, and is taken from the system bit by bit: with more than this it is the 8 MiB where it stays. V8 would let it grow to 48 MiB. */
const nearlyEnoughBytes = 4 * 1024 * 1024;
const lookMs = 20;

/**
 * Lets the young generation grow to 8 MiB and no further. There is a flag for this, but it counts only when it is given
 * to Node before the start; the growth factor is read at each growth.
 *
 * Measured with 50 000 files: 160 MB resident instead of 200 MB, at the same speed. The factor applies to worker threads
 * as well; by the time that this thread has reached the limit, they have reached their own, which is lower.
 */
export function keepHeapSmall(): void {
	const timer = setInterval(() => {
		const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
		if (!space || space.space_size <= nearlyEnoughBytes) return;
		setFlagsFromString("--semi-space-growth-factor=1");
		// The old generation is collected when it has grown by a fifth, rather than when it has doubled.
		setFlagsFromString("--heap-growing-percent=20");
		clearInterval(timer);
	}, lookMs);
	timer.unref();
}
