/**
 * An unordered collection for things that come and go all the time.
 *
 * Not a Set: one that is filled and emptied without end keeps being rebuilt, and each table that it leaves behind holds
 * on to the next one and to what it held, which makes the garbage collector promote every item (measured: a third of
 * all bytes, and twice the resident memory).
 */

export type Bag<T> = {
	readonly size: number;
	add(item: T): void;
	/** Removes an item, found by looking: the bag is meant for hundreds, not thousands. */
	delete(item: T): void;
	[Symbol.iterator](): IterableIterator<T>;
	clear(): void;
};

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
