/** The newest of many things: bounded, each with its number. */

export type Ring<T> = {
	/** How many were added so far: the number of the next. */
	readonly added: number;
	add(item: T): void;
	/** Those that are left from this number on, the oldest first. */
	since(number: number): { readonly number: number; readonly item: T }[];
};

/** @param most - How many are kept. */
export function createRing<T>(most: number): Ring<T> {
	const items: T[] = [];
	let added = 0;
	return {
		get added() {
			return added;
		},
		add(item) {
			items[added % most] = item;
			added++;
		},
		since(number) {
			const found: { number: number; item: T }[] = [];
			for (let at = Math.max(number, added - most, 0); at < added; at++) {
				const item = items[at % most];
				if (item !== undefined) found.push({ number: at, item });
			}
			return found;
		},
	};
}
