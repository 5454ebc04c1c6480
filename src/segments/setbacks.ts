/** What failures mean for further connections: a pause before the next one, and which of them were one too many. Pure. */

/** Wait after a failure. */
const firstPauseMs = 250;
const longestPauseMs = 10_000;
/** So many in a row that had no answer at all are refusals: one may be chance. */
const unansweredLimit = 2;

export type Setbacks = {
	/** Bytes have come, from whomever. */
	onBytes(): void;
	/** A further connection has got its answer. */
	onAnswer(): void;
	/** @param isAnswered - Whether there was an answer, that broke off. @returns Whether there is no room for that connection. */
	onFailure(nowMs: number, isAnswered: boolean): boolean;
	/** Whether no further connection is to be tried yet. */
	isPause(nowMs: number): boolean;
};

export function createSetbacks(): Setbacks {
	let inARow = 0;
	let unanswered = 0;
	let untilMs = 0;
	return {
		onBytes() {
			inARow = 0;
		},
		onAnswer() {
			unanswered = 0;
		},
		onFailure(nowMs, isAnswered) {
			inARow++;
			untilMs = nowMs + Math.min(longestPauseMs, firstPauseMs * 2 ** inARow);
			if (isAnswered) return false;
			unanswered++;
			return unanswered >= unansweredLimit;
		},
		isPause: (nowMs) => nowMs < untilMs,
	};
}
