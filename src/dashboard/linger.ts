/** How long the page stays after the run. */
import type { Streams } from "./streams.ts";

const longestMs = 60_000;
/** A page that is loaded again is gone for a moment. */
const graceMs = 2000;

/** Waits for a minute, as long as somebody reads and the signal does not end it. */
export function lingerWhileRead(streams: Streams, signal: AbortSignal): Promise<void> {
	if (streams.size === 0 || signal.aborted) return Promise.resolve();
	return new Promise((resolve) => {
		let grace: NodeJS.Timeout | undefined;
		const end = (): void => {
			clearTimeout(longest);
			clearTimeout(grace);
			signal.removeEventListener("abort", end);
			resolve();
		};
		const longest = setTimeout(end, longestMs);
		signal.addEventListener("abort", end, { once: true });
		streams.onChange(() => {
			clearTimeout(grace);
			if (streams.size === 0) grace = setTimeout(end, graceMs);
		});
	});
}
