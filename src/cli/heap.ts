/** Keeps V8's heap small: downloads leave short-lived objects only. */
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** The space doubles, and is taken from the system bit by bit: with more than this it is the 16 MiB where it stays. V8 would let it grow to 48 MiB. */
const nearlyEnoughBytes = 8 * 1024 * 1024;
const lookMs = 20;

/**
 * Lets the young generation grow to 16 MiB and no further. There is a flag for this, but it counts only when it is given
 * to Node before the start; the growth factor is read at each growth. It applies to worker threads as well; by the time
 * that this thread has reached the limit, they have reached their own, which is lower.
 *
 * The old generation is collected when it has grown by a fifth, rather than when it has doubled: so what a file leaves
 * there does not add up over a long list.
 */
export function keepHeapSmall(): void {
	// Not at once: modules of Node that load under other flags than its own are compiled anew, 5 ms of each start.
	setTimeout(() => setFlagsFromString("--heap-growing-percent=20"), lookMs).unref();
	const timer = setInterval(() => {
		const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
		if (!space || space.space_size <= nearlyEnoughBytes) return;
		setFlagsFromString("--semi-space-growth-factor=1");
		clearInterval(timer);
	}, lookMs);
	timer.unref();
}
