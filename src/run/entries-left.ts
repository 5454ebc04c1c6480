/** How many entries of a list have no slot yet, as far as that can be told from the part that was read. */

export type ListPart = {
	/** Entries that were read and wait. */
	readonly waiting: number;
	readonly ended: number;
	/** How much of the list was read, from 0 to 1; undefined where nobody knows. */
	readonly fraction: number | undefined;
};

/** @returns 0 where none waits, whatever is to come: slots are then not what is short. Infinity where it cannot be told. */
export function entriesLeft({ waiting, ended, fraction = 0 }: ListPart): number {
	if (waiting === 0) return 0;
	return waiting + (waiting + ended) * (1 / fraction - 1);
}
