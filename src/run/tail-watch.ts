/** Says what a run waits for, when its list is at its end and nothing comes any more. */
import type { Pending } from "./pending.ts";

export type TailState = {
	/** Attempts that began or ended so far: while it grows there is nothing to say. */
	readonly steps: number;
	readonly inFlight: readonly Pending[];
	/** Entries that wait for their next attempt, and those that wait for their turn. */
	readonly backingOff: number;
	readonly waiting: number;
};

const lookMs = 10_000;

/** @returns What ends the watch. */
export function watchTail(look: () => TailState, say: (message: string) => void): () => void {
	let steps = -1;
	const timer = setInterval(() => {
		const state = look();
		if (state.steps === steps) say(describe(state));
		steps = state.steps;
	}, lookMs).unref();
	return () => clearInterval(timer);
}

/** One line: how many, and which one has been under way the longest. */
export function describe({ inFlight, backingOff, waiting }: TailState): string {
	const oldest = inFlight.reduce<Pending | undefined>(
		(one, other) => (one && (one.startedMs ?? 0) <= (other.startedMs ?? 0) ? one : other),
		undefined,
	);
	const parts = [
		...(oldest ? [`downloads in flight: ${inFlight.length}, since longest ${oldest.mirror.url}`] : []),
		...(backingOff > 0 ? [`entries that wait to be tried again: ${backingOff}`] : []),
		...(waiting > 0 ? [`entries of hosts that are paused: ${waiting}`] : []),
	];
	return `waiting for the last ones; ${parts.join("; ")}`;
}
