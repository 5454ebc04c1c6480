/** SIGINT, SIGTERM and SIGHUP: the first one asks the run to stop, the second one ends the process. */
import { type StopSignal, signalCodes } from "./exit-codes.ts";
import { isHangupIgnored } from "./hangup.ts";

/** Why a run was asked to stop: the reason of the abort signal. */
class Stopped extends Error {
	readonly code = "stopped";
	override readonly name = "Stopped";
	readonly signal: StopSignal;
	constructor(signal: StopSignal) {
		super(`stopped by ${signal}`);
		this.signal = signal;
	}
}

export type Stop = Disposable & {
	readonly signal: AbortSignal;
	/** The exit code where a signal came. */
	exitCode(): number | undefined;
};

/** A run that hangs while it stops is cut off in time for the promised two seconds. */
const lastResortMs = 1800;

/**
 * Listens until it is disposed of.
 * @param longestMs - Time after the first signal at which the process ends in any case; infinite where it may take its time.
 */
export function listenForStop(longestMs: number = lastResortMs): Stop {
	const controller = new AbortController();
	const parent = process.ppid;
	let received: StopSignal | undefined;
	const onSignal = (signal: StopSignal): void => {
		if (received !== undefined) process.exit(signalCodes[signal]);
		received = signal;
		if (Number.isFinite(longestMs)) setTimeout(() => process.exit(signalCodes[signal]), longestMs).unref();
		controller.abort(new Stopped(signal));
	};
	// A terminal that goes away tells both the shell and its job, and the shell tells the job again.
	const onHangup = (): void => {
		if (received !== "SIGHUP" && !isHangupIgnored(parent)) onSignal("SIGHUP");
	};
	process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onHangup);
	return {
		signal: controller.signal,
		exitCode: () => (received === undefined ? undefined : signalCodes[received]),
		[Symbol.dispose]() {
			process.off("SIGINT", onSignal).off("SIGTERM", onSignal).off("SIGHUP", onHangup);
		},
	};
}
