/** Whether Redis answers the coordinator, takes what it writes and keeps it: told when it does not, and given up when that lasts. */
import { createForgetting } from "./forgetting.ts";

export type RedisWatch = {
	/** An answer is due. */
	beat(): void;
	/** One has come. */
	hear(): void;
	/** What was written at a beat was taken, or refused: a full memory or disk, a replica, a user who may not. */
	wrote(refusal: string | undefined): void;
	/** What was written at an earlier beat is neither taken nor refused: its connection may be lost, and not let in again. */
	hang(): void;
	/** What was written before is not there any more, or has not arrived. */
	lost(): void;
	/** Something has come of what workers were given. */
	came(): void;
	/** Whether several are overdue, or were refused: signs of life of others do not arrive either. */
	readonly isDeaf: boolean;
	/** Whether something was lost just now: signs of life of others may be as well. */
	readonly isForgetful: boolean;
};

export type RedisWatchOptions = {
	/** Time between two beats, and how long Redis may be silent, in milliseconds. */
	readonly beatMs: number;
	readonly patienceMs: number;
	/** Asks why it does not answer. */
	readonly ask: () => Promise<string | undefined>;
	readonly note: (level: "note" | "warning", message: string) => void;
	/** It has been silent, or has refused, or lost everything, for too long. */
	readonly onLost: (why: string) => void;
};

/** Answers in a row that may be late, or refusals, before that is worth a word. */
const mostLate = 2;
/** What may be to blame. */
const blame = "something empties it, it evicts keys, or workers cannot read from it";

export function createRedisWatch({ beatMs, patienceMs, ask, note, onLost }: RedisWatchOptions): RedisWatch {
	const most = `${patienceMs / 1000} s`;
	let late = 0;
	let refused = 0;
	const forgetting = createForgetting();
	/** As it was told last. */
	let why = "";
	let isAsking = false;
	const askWhy = (): void => {
		if (isAsking) return;
		isAsking = true;
		void ask()
			.then((reason) => {
				why = reason === undefined ? "" : ` (${reason})`;
			})
			.finally(() => {
				isAsking = false;
			});
	};
	const refuse = (reason: string): void => {
		refused++;
		if (refused === mostLate + 1) note("warning", `Redis takes no changes${reason}: waiting for it, ${most} at most`);
		if (refused * beatMs > patienceMs)
			onLost(`Redis has taken no changes for ${most}${reason}: the same command goes on`);
	};
	return {
		beat() {
			late++;
			if (late >= mostLate) askWhy();
			if (late === mostLate + 1) note("warning", `Redis does not answer${why}: waiting for it, ${most} at most`);
			if (late * beatMs > patienceMs) onLost(`Redis has been out of reach for ${most}${why}: the same command goes on`);
			const { barren, isNews } = forgetting.beat();
			if (isNews)
				note(
					"warning",
					`all that goes through Redis is lost, again and again (${blame}): waiting for it, ${most} at most`,
				);
			if (barren * beatMs > patienceMs)
				onLost(`Redis has lost all that goes through it for ${most} (${blame}): the same command goes on`);
		},
		hear() {
			if (late > mostLate) note("note", "Redis answers again");
			late = 0;
		},
		wrote(refusal) {
			if (refusal !== undefined) return refuse(` (${refusal})`);
			if (refused > mostLate) note("note", "Redis takes changes again");
			refused = 0;
		},
		hang() {
			// It is told already.
			if (late > mostLate) return;
			askWhy();
			refuse(why);
		},
		lost() {
			if (forgetting.isCalm)
				note("warning", "something that went through Redis is lost: what is unfinished is handed out again");
			forgetting.lose();
		},
		came: forgetting.came,
		get isDeaf() {
			return late > mostLate || refused > mostLate;
		},
		get isForgetful() {
			return forgetting.isFresh;
		},
	};
}
