/** Slots that no entry wants are lent to downloads that have one already: those of large files, for further connections. */
import type { HostQueue, Queued } from "./host-queue-types.ts";
import type { Host } from "./host-state.ts";
import type { Ring } from "./ring.ts";
import type { Whole } from "./whole.ts";

export type LentSlotsOptions<T> = {
	readonly ring: Pick<Ring<Host<T>>, "head">;
	readonly whole: Whole;
	open(name: string): Host<T>;
	known(name: string): Host<T> | undefined;
	levelFor(host: Host<T>): number;
	/** Most in flight at once, now. */
	most(): number;
	settle(host: Host<T>): void;
	/** Takes a turn of the host's pace. */
	pace(host: Host<T>): void;
	/** How many entries wait. */
	waiting(): number;
};

export function createLentSlots<T extends Queued>(
	options: LentSlotsOptions<T>,
): Pick<HostQueue<T>, "lend" | "takeBack" | "lacking"> {
	const { ring, whole, open, known, levelFor, most, settle, pace, waiting } = options;
	/** Whether an entry could have the next slot, or there is none. */
	const isPressed = (level: number): boolean => whole.counted >= level || ring.head() !== undefined;
	return {
		lend(name) {
			if (isPressed(most()) || whole.isPaced()) return false;
			const host = open(name);
			const isFree = host.wake === undefined && host.items.size === 0 && host.inFlight < levelFor(host);
			if (isFree) {
				whole.take();
				host.inFlight++;
				pace(host);
			}
			settle(host);
			return isFree;
		},
		takeBack(name, slots) {
			const host = known(name);
			if (!host) return;
			whole.giveBack(slots);
			host.inFlight -= slots;
			settle(host);
		},
		lacking(name, slots) {
			const host = known(name);
			if (host && host.wake === undefined && host.items.size > 0 && host.inFlight >= levelFor(host))
				return host.items.size;
			return ring.head() !== undefined && whole.counted >= Math.min(slots, most()) ? waiting() : 0;
		},
	};
}
