/** What the slots bring: bytes, which the levels are judged by. */
import { bring, type HostLevel } from "../control/host-level.ts";
import { finishOne } from "../control/seeker.ts";
import type { HostQueue, Queued } from "./host-queue-types.ts";
import { type Host, isAtLevel } from "./host-state.ts";
import type { Pressure, Whole } from "./whole.ts";

/** A large file counts as many of this size. */
const pieceBytes = 4 * 1024 ** 2;
/** Work of so many bytes counts as much as that of a file by itself. */
const bytesPerWork = 64 * 1024;

export type YieldOptions<T> = {
	readonly whole: Whole;
	known(name: string): Host<T> | undefined;
	/** The level of a host that has no work. */
	recall(name: string): HostLevel | undefined;
	levelFor(host: Host<T>): number;
	/** How many hosts have work. */
	hosts(): number;
	/** Whether so few are left, of so many in flight, that nothing is learned from them. */
	isTail(inFlight: number): boolean;
	press(): Pressure;
	/** To be called before and after the host has answered for the first time. */
	before(host: Host<T>): void;
	judge(host: Host<T>): void;
	settle(host: Host<T>): void;
};

export function createYield<T extends Queued>(options: YieldOptions<T>): Pick<HostQueue<T>, "bring" | "advance"> {
	const { whole, known, recall, levelFor, hosts, isTail, press, before, judge, settle } = options;

	const bringTo = (name: string, bytes: number, firstByteMs?: number): void => {
		whole.bring(bytes / bytesPerWork);
		const host = known(name);
		// Of a host's last entries the slots are free, and the host is put away, before they are told of.
		const level = host?.level ?? recall(name);
		if (!level) return;
		const isFirst = host !== undefined && !level.hasAnswered;
		if (isFirst) before(host);
		bring(level, bytes / bytesPerWork, firstByteMs);
		if (isFirst) judge(host);
	};

	return {
		bring: bringTo,
		advance(name, bytes) {
			bringTo(name, bytes);
			const host = known(name);
			if (!host) return;
			// Pieces of large files count as files do.
			host.pieceBytes += bytes;
			for (; host.pieceBytes >= pieceBytes; host.pieceBytes -= pieceBytes) {
				const isLimited = host.items.size > 0 && isAtLevel(host, levelFor(host));
				const { inFlight } = host;
				finishOne(host.level.seeker, { succeeded: true, isLimited, isEnding: isTail(inFlight), inFlight });
				whole.advance(hosts(), press());
			}
			settle(host);
		},
	};
}
