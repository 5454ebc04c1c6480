/** Does what somebody who watches a run asks for, and tells the sinks. */
import type { ControlEvent } from "../core/control.ts";
import type { Sink } from "../core/event.ts";
import type { HostQueue } from "./host-queue.ts";

/** The reason that the sinks are told. */
const reason = "by hand";

export type Controls = {
	/** Whether nothing new may start. */
	readonly isPaused: boolean;
	on(event: ControlEvent): void;
};

export type ControlsOptions = {
	readonly queue: Pick<HostQueue<unknown>, "hold" | "limit">;
	readonly sink: Sink;
	/** The level of a host that is given back. */
	readonly perHost: number;
};

export function createControls({ queue, sink, perHost }: ControlsOptions): Controls {
	let isPaused = false;
	return {
		get isPaused() {
			return isPaused;
		},
		on(event) {
			switch (event.type) {
				case "pause":
				case "resume":
					isPaused = event.type === "pause";
					sink.on({ type: isPaused ? "paused" : "resumed", reason });
					break;
				case "pause-host":
				case "resume-host": {
					const { host } = event;
					const isHeld = event.type === "pause-host";
					queue.hold(host, isHeld);
					sink.on({ type: isHeld ? "paused" : "resumed", host, reason });
					break;
				}
				case "set-host-level": {
					const { host } = event;
					const level = Math.min(perHost, event.level ?? perHost);
					queue.limit(host, level);
					sink.on({ type: "level", host, level, reason: event.level === null ? "given back" : reason });
				}
			}
		},
	};
}
