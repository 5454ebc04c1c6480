/** How far a run reads ahead in its list. */

/** Entries that are read ahead in any case. */
const leastAhead = 64;
/** Entries that are read ahead, in search of other hosts, while hosts that are busy or paused hold the others up. */
const mostAhead = 16_384;
/** The search pauses after so many entries: those of the same host would only take up memory and time. */
const searchEntries = 128;
const searchPauseMs = 10;

export type Appetite = {
	/** Whether more of the list is wanted now. */
	isHungry(): boolean;
	/** Resolves when more of the list is wanted. */
	hunger(): Promise<void>;
	/** To be called when that may have changed. */
	look(): void;
	/** The run stops: whoever waits for hunger is told. */
	stop(): void;
};

/**
 * @param ahead - Entries that were read and have not started.
 * @param inFlight - How many are in flight.
 * @param hasRoom - Whether entries of other hosts could start, if there are any.
 */
export function createAppetite(
	ahead: () => number,
	hasRoom: () => boolean,
	inFlight: () => number = () => 0,
): Appetite {
	/** How far the search goes before its next pause. */
	let pauseAt = leastAhead;
	let pause: NodeJS.Timeout | undefined;
	let onHunger: (() => void) | undefined;
	let stopped = false;

	/** What is read ahead fills all slots anew, with some to spare. */
	const least = (): number => Math.max(leastAhead, 2 * inFlight());

	const isHungry = (): boolean => stopped || ahead() < least() || (ahead() < pauseAt && hasRoom());

	const look = (): void => {
		if (!onHunger) return;
		if (isHungry()) return readOn();
		// What starts from now on makes no room for more of the same.
		pauseAt = least();
		if (!pause && ahead() < mostAhead && hasRoom()) pause = setTimeout(search, searchPauseMs);
	};

	const search = (): void => {
		pauseAt = Math.min(ahead() + searchEntries, mostAhead);
		readOn();
	};

	const readOn = (): void => {
		clearTimeout(pause);
		pause = undefined;
		const wake = onHunger;
		onHunger = undefined;
		wake?.();
	};

	return {
		isHungry,
		hunger: () =>
			new Promise((resolve) => {
				onHunger = resolve;
				look();
			}),
		look,
		stop() {
			stopped = true;
			look();
		},
	};
}
