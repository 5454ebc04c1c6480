/** Whether Redis answers the coordinator, and takes what it writes: told when it does not, and given up when that lasts. */

export type RedisWatch = {
	/** An answer is due. */
	beat(): void;
	/** One has come. */
	hear(): void;
	/** What was written at a beat was taken, or refused: a full memory or disk, a replica, a user who may not. */
	wrote(refusal: string | undefined): void;
	/** Whether several are overdue, or were refused: signs of life of others do not arrive either. */
	readonly isDeaf: boolean;
};

export type RedisWatchOptions = {
	/** Time between two beats, and how long Redis may be silent, in milliseconds. */
	readonly beatMs: number;
	readonly patienceMs: number;
	readonly note: (level: "note" | "warning", message: string) => void;
	/** It has been silent, or has refused, for too long. */
	readonly onLost: (why: string) => void;
};

/** Answers in a row that may be late, or refusals, before that is worth a word. */
const mostLate = 2;

export function createRedisWatch({ beatMs, patienceMs, note, onLost }: RedisWatchOptions): RedisWatch {
	let late = 0;
	let refused = 0;
	return {
		beat() {
			late++;
			if (late === mostLate + 1)
				note("warning", `Redis does not answer: waiting for it, ${patienceMs / 1000} s at most`);
			if (late * beatMs > patienceMs)
				onLost(`Redis has been out of reach for ${patienceMs / 1000} s: the same command goes on`);
		},
		hear() {
			if (late > mostLate) note("note", "Redis answers again");
			late = 0;
		},
		wrote(refusal) {
			if (refusal === undefined) {
				if (refused > mostLate) note("note", "Redis takes changes again");
				refused = 0;
				return;
			}
			refused++;
			if (refused === mostLate + 1)
				note("warning", `Redis takes no changes (${refusal}): waiting for it, ${patienceMs / 1000} s at most`);
			if (refused * beatMs > patienceMs)
				onLost(`Redis has taken no changes for ${patienceMs / 1000} s (${refusal}): the same command goes on`);
		},
		get isDeaf() {
			return late > mostLate || refused > mostLate;
		},
	};
}
