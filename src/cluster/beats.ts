/** The coordinator's beat: one at a time, however long Redis takes for it, and what Redis says to it is told to the watch. */
import { messageOf } from "./cluster-error.ts";
import type { RedisWatch } from "./redis-watch.ts";
import { beatMs } from "./timing.ts";

/** @returns Stops it. */
export function startBeats(watch: RedisWatch, beat: () => Promise<void>): () => void {
	let isBeating = false;
	const timer = setInterval(() => {
		watch.beat();
		if (isBeating) return watch.hang();
		isBeating = true;
		beat()
			.then(
				() => watch.wrote(undefined),
				(error: unknown) => {
					// A connection that was lost is another matter: that is seen where answers are waited for.
					if (error instanceof Error && error.name === "ReplyError") watch.wrote(messageOf(error));
				},
			)
			.then(() => {
				isBeating = false;
			});
	}, beatMs);
	return () => clearInterval(timer);
}
