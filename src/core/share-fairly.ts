/** Divides a rate among those that want some of it: nobody gets more than it wants, and what is left is for the others. */

/**
 * Max-min fairness.
 * @param total - What there is to divide.
 * @param wanted - What each could use; Infinity for as much as there is.
 * @returns The share of each, in the same order; their sum is at most the total.
 */
export function shareFairly(total: number, wanted: readonly number[]): number[] {
	const order = wanted.map((want, index) => ({ want, index })).sort((a, b) => a.want - b.want);
	const shares = wanted.map(() => 0);
	let left = total;
	for (const [position, { want, index }] of order.entries()) {
		const share = Math.min(want, left / (order.length - position));
		shares[index] = share;
		left -= share;
	}
	return shares;
}
