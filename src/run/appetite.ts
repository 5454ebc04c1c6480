/** When a run reads on in its list. */

/** How long to wait before reading on in search: those of the same host would only take up memory and time. */
const searchMs = 10;

export type Appetite = {
	/** Resolves when more of the list is wanted, or may help. */
	hunger(): Promise<void>;
	/** To be called when that may have changed. */
	look(): void;
};

/**
 * @param isHungry - Whether more of the list is wanted now.
 * @param isSearching - Whether entries of other hosts could start, if there are any.
 */
export function createAppetite(isHungry: () => boolean, isSearching: () => boolean): Appetite {
	let onHunger: (() => void) | undefined;
	let search: NodeJS.Timeout | undefined;

	const look = (): void => {
		if (!onHunger) return;
		if (isHungry()) readOn();
		else if (!search && isSearching()) search = setTimeout(readOn, searchMs);
	};

	const readOn = (): void => {
		clearTimeout(search);
		search = undefined;
		const wake = onHunger;
		onHunger = undefined;
		wake?.();
	};

	return {
		hunger: () =>
			new Promise((resolve) => {
				onHunger = resolve;
				look();
			}),
		look,
	};
}
