/** Divides a rate among those that want some of it: nobody gets more than it wants, and what is left is for the others. */

/**
 * Max-min fairness.
 * @param total - What there is to divide.
 * @param wanted - What each could use; Infinity for as much as there is.
 * @param weights - For how many each stands; one, where they are not given. Each of them gets the same.
 * @returns The share of each, in the same order; their sum is at most the total.
 */
export function shareFairly(total: number, wanted: readonly number[], weights?: readonly number[]): number[] {
	const order = wanted
		.map((want, index) => ({ want, index, weight: weights?.[index] ?? 1 }))
		.sort((a, b) => a.want / a.weight - b.want / b.weight);
	const shares = wanted.map(() => 0);
	let left = total;
	let weightLeft = order.reduce((sum, { weight }) => sum + weight, 0);
	for (const { want, index, weight } of order) {
		const share = Math.min(want, (left * weight) / weightLeft);
		shares[index] = share;
		left -= share;
		weightLeft -= weight;
	}
	return shares;
}
