/** What a run has learned of how much a host may be asked for, for the next one. */

export type LevelMemory = {
	/** How many at once. */
	readonly level: number;
	/** The lowest level that the host refused, where it did. */
	readonly refused?: number | undefined;
	/** Requests a second, where the host limits those. */
	readonly perSecond?: number | undefined;
};

/** What was learned counts for a day. */
export const memoryLastsMs: number = 24 * 3_600_000;

export function isLevelMemory(value: {
	readonly level: unknown;
	readonly refused?: unknown;
	readonly perSecond?: unknown;
}): value is LevelMemory {
	const { level, refused, perSecond } = value;
	return (
		isCount(level) && (refused === undefined || isCount(refused)) && (perSecond === undefined || isRate(perSecond))
	);
}

function isCount(value: unknown): value is number {
	return typeof value === "number" && Number.isInteger(value) && value >= 1;
}

function isRate(value: unknown): value is number {
	return typeof value === "number" && Number.isFinite(value) && value > 0;
}
