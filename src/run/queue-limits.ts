/** How much may be asked for at once: what the options fix, and where the search for the rest begins and ends. */
import type { HostLimits } from "../control/host-level.ts";
import { isPrivateHost } from "../control/private-host.ts";

export type QueueLimits = {
	/** Most in flight at once; with `auto`, most that the search may come to. */
	readonly most: number;
	readonly concurrency: number | "auto";
	readonly perHost: number | "auto";
	/** Requests a second, over all hosts and to each. */
	readonly rate?: number | undefined;
	readonly ratePerHost?: number | undefined;
};

export const startOverall = 32;
export const startPerHost = 16;
/** So many entries that wait are nearly all that may be read ahead. */
export const nearlyAll = 12_000;
/** Politeness towards hosts of strangers: `--per-host N` lifts it. */
const mostToStrangers = 64;

/** @param isOnly - Whether the list has shown this host alone. */
export function hostLimitsOf(limits: QueueLimits, host: string, isOnly: boolean): HostLimits {
	const { ratePerHost: perSecond } = limits;
	return { ...levelLimitsOf(limits, host, isOnly), ...(perSecond !== undefined && { perSecond }) };
}

function levelLimitsOf({ most, concurrency, perHost }: QueueLimits, host: string, isOnly: boolean): HostLimits {
	if (perHost !== "auto") return { start: Math.min(perHost, most), most: Math.min(perHost, most), seeks: false };
	if (concurrency === "auto") {
		const mostHere = isPrivateHost(host) ? most : Math.min(most, mostToStrangers);
		return { start: Math.min(isOnly ? startOverall : startPerHost, mostHere), most: mostHere, seeks: true };
	}
	// All of the slots while no other host has work; with others it never has them all, as it may be dead.
	if (isOnly) return { start: concurrency, most: concurrency, seeks: false };
	const mostHere = isPrivateHost(host) ? concurrency : Math.min(concurrency, mostToStrangers);
	return { start: Math.max(1, Math.min(startPerHost, Math.ceil(concurrency / 2))), most: mostHere, seeks: true };
}
