/** Does what somebody who watches a run asks for, and tells the sinks. */
import { byHand, type ControlEvent, givenBack } from "../core/control.ts";
import type { Sink } from "../core/event.ts";

export type Controls = {
	/** Whether nothing new may start. */
	readonly isPaused: boolean;
	/** Most in flight to a host, 0 to start nothing; undefined where nobody has said so. */
	mostOf(host: string): number | undefined;
	on(event: ControlEvent): void;
};

export type ControlsOptions = {
	readonly sink: Sink;
	/** What `mostOf` says of the host has changed. */
	readonly recheck: (host: string) => void;
	/** The level of a host, what was asked for included; undefined where nothing is known of it. */
	readonly levelOf: (host: string) => number | undefined;
	/** The level over all hosts. */
	readonly level: () => number;
};

export function createControls({ sink, recheck, levelOf, level }: ControlsOptions): Controls {
	// By name, as the queue forgets hosts while they have nothing.
	const held = new Set<string>();
	const most = new Map<string, number>();
	let isPaused = false;

	const hold = (host: string, isHeld: boolean): void => {
		if (isHeld) held.add(host);
		else held.delete(host);
		recheck(host);
		sink.on({ type: isHeld ? "paused" : "resumed", host, why: byHand });
	};
	const setLevel = (host: string, asked: number | null): void => {
		if (asked === null) most.delete(host);
		else most.set(host, asked);
		recheck(host);
		const now = held.has(host) ? (asked ?? undefined) : (levelOf(host) ?? asked ?? undefined);
		const why = asked === null ? givenBack : byHand;
		sink.on({ type: "level", host, level: now ?? 0, inAll: level(), why });
	};

	return {
		get isPaused() {
			return isPaused;
		},
		mostOf: (host) => (held.size > 0 && held.has(host) ? 0 : most.size > 0 ? most.get(host) : undefined),
		on(event) {
			switch (event.type) {
				case "pause":
				case "resume":
					isPaused = event.type === "pause";
					return sink.on({ type: isPaused ? "paused" : "resumed", host: null, why: byHand });
				case "pause-host":
				case "resume-host":
					return hold(event.host, event.type === "pause-host");
				case "set-host-level":
					return setLevel(event.host, event.level);
			}
		},
	};
}
