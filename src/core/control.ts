/** What somebody who watches a run may ask of it while it goes on. To the scheduler these are ordinary events. */

export type ControlEvent =
	/** Nothing new starts; what is in flight goes on to its end. */
	| { readonly type: "pause" }
	| { readonly type: "resume" }
	/** Nothing new starts to this host, named as in events: `host` or `host:port`. */
	| { readonly type: "pause-host"; readonly host: string }
	| { readonly type: "resume-host"; readonly host: string }
	/** At most so many downloads from this host at once, until told otherwise; null gives the level back to the run. */
	| { readonly type: "set-host-level"; readonly host: string; readonly level: number | null };

/** What the sinks are told as the reason. */
export const byHand = "by hand";
export const givenBack = "given back";

/** The way from those who watch to the run. */
export type Control = {
	/** Gives whether a run listens. */
	send(event: ControlEvent): boolean;
	/** @param listener - The run; it hears of nothing any more once the signal is aborted. */
	listen(listener: (event: ControlEvent) => void, signal: AbortSignal): void;
};

export function createControl(): Control {
	let heard: ((event: ControlEvent) => void) | undefined;
	return {
		send(event) {
			heard?.(event);
			return heard !== undefined;
		},
		listen(listener, signal) {
			heard = listener;
			const leave = (): void => {
				if (heard === listener) heard = undefined;
			};
			if (signal.aborted) leave();
			else signal.addEventListener("abort", leave, { once: true });
		},
	};
}
