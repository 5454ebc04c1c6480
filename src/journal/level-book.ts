/** The levels of hosts in a journal: what runs of the last day have learned. */
import { type LevelMemory, memoryLastsMs } from "../core/level-memory.ts";
import type { LevelRecord } from "./record.ts";

export type LevelBook = {
	/** Takes note of a record that was read. */
	know(record: LevelRecord): void;
	/** What was learned of a host within the last day. */
	of(host: string): LevelMemory | undefined;
	/** The record of what is known now; undefined where the journal says the same, and not long ago. */
	next(host: string, memory: LevelMemory): LevelRecord | undefined;
};

/** Of those beyond, the oldest are forgotten. */
const mostHosts = 20_000;
/** What has not changed is written again when so much of its day is over. */
const renewAfterMs = memoryLastsMs / 2;

export function createLevelBook(clock: () => number = Date.now): LevelBook {
	const records = new Map<string, LevelRecord>();
	const know = (record: LevelRecord): void => {
		const { host } = record;
		records.delete(host);
		records.set(host, record);
		const [oldest] = records.size > mostHosts ? records.keys() : [];
		if (oldest !== undefined) records.delete(oldest);
	};
	const fresh = (host: string): LevelRecord | undefined => {
		const record = records.get(host);
		const ageMs = record ? clock() - record.atMs : Number.POSITIVE_INFINITY;
		// A clock that was set back makes nothing last longer.
		return ageMs >= 0 && ageMs < memoryLastsMs ? record : undefined;
	};
	return {
		know,
		of: fresh,
		next(host, memory) {
			const known = fresh(host);
			if (known && isSame(known, memory) && clock() - known.atMs < renewAfterMs) return undefined;
			const record: LevelRecord = { status: "level", host, ...memory, atMs: clock() };
			know(record);
			return record;
		},
	};
}

/** What differs by little is the same: such levels move all the time. */
function isSame(one: LevelMemory, other: LevelMemory): boolean {
	return isNear(one.level, other.level) && isNear(one.refused, other.refused) && isNear(one.perSecond, other.perSecond);
}

function isNear(one: number | undefined, other: number | undefined): boolean {
	if (one === undefined || other === undefined) return one === other;
	return Math.abs(one - other) <= Math.max(one, other) / 10;
}
