/** Does what somebody who watches a run asks for, and tells the sinks. */
import type { ControlEvent } from "../core/control.ts";
import type { Sink } from "../core/event.ts";

/** The reason that the sinks are told. */
const reason = "by hand";

export type Controls = {
	/** Whether nothing new may start. */
	readonly isPaused: boolean;
	/** Whether a host with so many in flight may have one more. */
	allows(host: string, inFlight: number): boolean;
	on(event: ControlEvent): void;
};

export type ControlsOptions = {
	readonly sink: Sink;
	/** The level of a host that is given back. */
	readonly perHost: number;
};

export function createControls({ sink, perHost }: ControlsOptions): Controls {
	// By name, as the queue forgets hosts while they have nothing.
	const held = new Set<string>();
	const levels = new Map<string, number>();
	let isPaused = false;
	return {
		get isPaused() {
			return isPaused;
		},
		allows: (host, inFlight) =>
			(held.size === 0 || !held.has(host)) && (levels.size === 0 || inFlight < (levels.get(host) ?? perHost)),
		on(event) {
			switch (event.type) {
				case "pause":
				case "resume":
					isPaused = event.type === "pause";
					sink.on({ type: isPaused ? "paused" : "resumed", reason });
					return;
				case "pause-host":
					held.add(event.host);
					sink.on({ type: "paused", host: event.host, reason });
					return;
				case "resume-host":
					held.delete(event.host);
					sink.on({ type: "resumed", host: event.host, reason });
					return;
				case "set-host-level": {
					const { host } = event;
					const level = Math.min(perHost, event.level ?? perHost);
					if (level < perHost) levels.set(host, level);
					else levels.delete(host);
					sink.on({ type: "level", host, level, reason: event.level === null ? "given back" : reason });
				}
			}
		},
	};
}
