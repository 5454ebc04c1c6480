/** What is kept of a host's level for the next run, and how that one begins with it: at half, as it may hold no more. */
import type { LevelMemory } from "../core/level-memory.ts";
import { type HostLevel, pace } from "./host-level.ts";
import { restartAt } from "./seek-start.ts";
import { moveTo } from "./seeker.ts";

/** Fewer files say little of a level. */
const leastServed = 50;

/** What is worth remembering; undefined where nothing was learned. */
export function memoryOf({ seeker, refusals, limits, served }: HostLevel): LevelMemory | undefined {
	if (served < leastServed) return undefined;
	const { mode, refused, clean, perSecond } = refusals;
	if (mode === "rate") return { level: seeker.base, perSecond };
	if (mode !== "free") return { level: Math.max(1, clean || seeker.base), refused: Math.max(2, refused) };
	if (!limits.seeks || seeker.isUnfinished) return undefined;
	if (seeker.phase !== "start") return { level: seeker.base };
	// The list was over before more brought nothing.
	const last = seeker.waves.length > 1 ? seeker.waves.at(-1) : undefined;
	return last && { level: last.level };
}

/** Begins where an earlier run ended. The host has not been asked for anything yet. */
export function recallLevel(host: HostLevel, { level, refused, perSecond }: LevelMemory): void {
	const { limits, seeker, refusals, context } = host;
	const most = Math.min(level, limits.most);
	const half = Math.max(1, Math.ceil(most / 2));
	if (perSecond !== undefined) {
		refusals.mode = "rate";
		refusals.perSecond = perSecond / 2;
		refusals.refusedRate = perSecond;
		pace(host, refusals.perSecond);
		return;
	}
	if (refused === undefined) {
		if (limits.seeks) restartAt(seeker, half);
		return;
	}
	if (refused > limits.most) return;
	// As if it had been found now: it is forgotten after a while, and what is more is tried again.
	refusals.mode = "found";
	refusals.refused = refused;
	refusals.forgetAtMs = context.clock() + refusals.forgetMs;
	seeker.most = most;
	seeker.probes = false;
	moveTo(seeker, most, "as an earlier run found");
	host.ramp = half;
}
