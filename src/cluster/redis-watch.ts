/** Whether Redis answers the coordinator, and takes what it writes: told when it does not, and given up when that lasts. */

export type RedisWatch = {
	/** An answer is due. */
	beat(): void;
	/** One has come. */
	hear(): void;
	/** At a beat something was written, or refused: one that is full, or follows another, still answers all questions. */
	take(): void;
	refuse(why: string): void;
	/** Whether several are overdue. */
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
		take() {
			if (refused > mostLate) note("note", "Redis takes changes again");
			refused = 0;
		},
		refuse(why) {
			refused++;
			if (refused === mostLate + 1)
				note("warning", `Redis takes no changes (${why}): waiting for it, ${patienceMs / 1000} s at most`);
			if (refused * beatMs > patienceMs)
				onLost(`Redis has taken no changes for ${patienceMs / 1000} s (${why}): the same command goes on`);
		},
		get isDeaf() {
			return late > mostLate;
		},
	};
}
