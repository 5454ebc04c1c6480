/** A Redis that loses what was written: one loss is mended by writing all again; many are not, while nothing comes through. */

export type Forgetting = {
	lose(): void;
	/** Something has come of what was written. */
	came(): void;
	/** @returns For how many beats nothing came through, 0 unless losses go on, and whether that is to be told now. */
	beat(): { readonly barren: number; readonly isNews: boolean };
	/** Whether the last loss is long ago. */
	readonly isCalm: boolean;
	/** Whether the last loss is a moment ago. */
	readonly isFresh: boolean;
};

/** Beats with a loss that are still none too many: each costs some further ones, as all that was out is missed one after the other. */
const mostLosses = 2;
/** So many beats after the last loss, Redis keeps what is written again. A batch is missed after half as many. */
const calmBeats = 10;
const freshBeats = 3;

export function createForgetting(): Forgetting {
	let isLosing = false;
	/** Beats with a loss, and all beats since the first of them, since something came through. */
	let losses = 0;
	let barren = 0;
	/** Beats since the last loss. */
	let quiet = calmBeats + 1;
	let isTold = false;
	const forget = (): void => {
		losses = 0;
		barren = 0;
	};
	return {
		lose() {
			isLosing = true;
			quiet = 0;
		},
		came: forget,
		beat() {
			if (isLosing) losses++;
			else quiet++;
			isLosing = false;
			if (quiet > calmBeats) {
				forget();
				isTold = false;
			}
			if (losses > 0) barren++;
			const isBad = losses > mostLosses;
			const isNews = isBad && !isTold;
			isTold ||= isNews;
			return { barren: isBad ? barren : 0, isNews };
		},
		get isCalm() {
			return quiet > calmBeats;
		},
		get isFresh() {
			return quiet <= freshBeats;
		},
	};
}
