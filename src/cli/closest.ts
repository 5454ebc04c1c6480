/** Finds the word that was probably meant. */

/** The candidate that is at most two edits away from the word, the nearest one first. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
	if (word.length > 20) return undefined;
	const near = candidates
		.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
		.filter(({ candidate, distance }) => distance <= 2 && distance < candidate.length / 2)
		.sort((a, b) => a.distance - b.distance);
	return near[0]?.candidate;
}

/** Levenshtein's distance, a row at a time. */
function editDistance(from: string, to: string): number {
	let row = Array.from({ length: to.length + 1 }, (_, index) => index);
	for (const [index, letter] of [...from].entries()) {
		const next = [index + 1];
		for (const [column, other] of [...to].entries()) {
			const swap = (row[column] ?? 0) + (letter === other ? 0 : 1);
			next.push(Math.min(swap, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
		}
		row = next;
	}
	return row[to.length] ?? 0;
}
