/** A first-in-first-out queue whose ends cost the same however long it is. */

export type Fifo<T> = {
	readonly size: number;
	push(item: T): void;
	/** Puts an item before all others. */
	unshift(item: T): void;
	shift(): T | undefined;
	/** The first one, which stays. */
	peek(): T | undefined;
};

/** Items that were taken leave the array in bulk, when they are half of it. */
const sweepAt = 64;

export function createFifo<T>(): Fifo<T> {
	let items: (T | undefined)[] = [];
	let head = 0;
	return {
		get size() {
			return items.length - head;
		},
		push(item) {
			items.push(item);
		},
		unshift(item) {
			if (head === 0) items.unshift(item);
			else items[--head] = item;
		},
		peek: () => items[head],
		shift() {
			if (head >= items.length) return undefined;
			const item = items[head];
			items[head++] = undefined;
			if (head >= sweepAt && head * 2 >= items.length) {
				items = items.slice(head);
				head = 0;
			}
			return item;
		},
	};
}
