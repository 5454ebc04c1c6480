/** An unordered collection for things that come and go all the time. */

export type Bag<T> = {
	readonly size: number;
	add(item: T): void;
	/** Removes an item, found by looking: the bag is meant for hundreds, not thousands. */
	delete(item: T): void;
	[Symbol.iterator](): IterableIterator<T>;
	clear(): void;
};

/**
 * Not a Set: one that is filled and emptied without end keeps being rebuilt, and each table that it leaves behind holds
 * on to the next one and to what it held, so that the garbage collector promotes every item: docs/adr/0003.
 */
export function createBag<T>(): Bag<T> {
	const items: T[] = [];
	return {
		get size() {
			return items.length;
		},
		add(item) {
			items.push(item);
		},
		delete(item) {
			const at = items.indexOf(item);
			if (at < 0) return;
			const last = items.pop();
			if (at < items.length && last !== undefined) items[at] = last;
		},
		[Symbol.iterator]: () => items.values(),
		clear() {
			items.length = 0;
		},
	};
}
