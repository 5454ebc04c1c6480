/** Runs one command as a child process, and measures the whole of it from the outside. */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import type { ProcessFigures } from "../results.ts";
import { readEndedChildrenSeconds, readMachine } from "./proc.ts";
import { type ServerWatch, watchNoServer } from "./watch-server.ts";
import { type TreeFigures, watchTree } from "./watch-tree.ts";

export type Command = {
	readonly file: string;
	readonly args: readonly string[];
	readonly cwd: string;
	/** What differs from our own environment. */
	readonly env?: NodeJS.ProcessEnv;
};

export type CommandEnd = {
	/** Wall time from just before the start to the exit. */
	readonly seconds: number;
	/** When it was started, in milliseconds since 1970. */
	readonly startedAtMs: number;
	/** Null where a signal ended it, or it could not be started. */
	readonly exitCode: number | null;
	/** The last of what it wrote to standard error, or why it could not be started. */
	readonly stderr: string;
	readonly figures: ProcessFigures;
};

const mostOutput = 8 * 1024;
const pipeWaitMs = 500;

/**
 * Runs the command to its end. An abort kills its whole process group. A command that cannot be
 * started is an end without exit code, not an error.
 *
 * Processor time is what the kernel adds to this process for children that ended: no other child may end meanwhile.
 */
export async function runCommand(
	command: Command,
	signal: AbortSignal,
	server: ServerWatch = watchNoServer(),
): Promise<CommandEnd> {
	const before = { children: readEndedChildrenSeconds(), machine: readMachine() };
	const measureServer = server.begin();
	const startedAtMs = Date.now();
	const started = process.hrtime.bigint();
	// A group of its own: Ctrl+C on the terminal reaches it only through us.
	const child = spawn(command.file, command.args, {
		cwd: command.cwd,
		env: { ...process.env, ...command.env },
		detached: true,
		stdio: ["ignore", "ignore", "pipe"],
	});
	const errors = keepErrors(child);
	const tree = child.pid === undefined ? undefined : watchTree(child.pid);
	const { exitCode, error } = await waitForExit(child, signal);
	const seconds = Number(process.hrtime.bigint() - started) / 1e9;
	const seen = tree?.stop();
	const after = { children: readEndedChildrenSeconds(), machine: readMachine() };
	const cpuSeconds = difference(before.children, after.children);
	return {
		seconds,
		startedAtMs,
		exitCode,
		stderr: error?.message ?? (await errors()),
		figures: {
			cpuSeconds,
			peakRssBytes: seen?.peakRssBytes ?? null,
			peakPrivateBytes: seen?.peakPrivateBytes ?? null,
			processes: seen?.processes ?? null,
			busiestThread: shareOf(seen && busiestSeconds(seen, cpuSeconds), seconds),
			busiestThreadQueued: shareOf(seen?.busiest?.queuedSeconds, seconds),
			timeslices: seen?.timeslices ?? null,
			machineBusy: shareOf(
				difference(before.machine?.busySeconds, after.machine?.busySeconds) ?? undefined,
				difference(before.machine?.totalSeconds, after.machine?.totalSeconds) ?? 0,
			),
			...measureServer(seconds),
		},
	};
}

/**
 * What the busiest thread computed: what was seen of it, and its share of what the kernel counted after the last look. A
 * short run of one thread would seem to rest for a fifth of its time otherwise.
 */
function busiestSeconds(seen: TreeFigures, cpuSeconds: number | null): number | undefined {
	const { busiest, computingSeconds, lastLookSeconds } = seen;
	if (busiest === null || cpuSeconds === null || computingSeconds === 0) return busiest?.computingSeconds;
	const unseen = Math.max(0, cpuSeconds - computingSeconds) * (busiest.computingSeconds / computingSeconds);
	return busiest.computingSeconds + Math.min(unseen, lastLookSeconds);
}

async function waitForExit(
	child: ChildProcess,
	signal: AbortSignal,
): Promise<{ exitCode: number | null; error?: Error }> {
	// Its folder is thrown away: there is nothing that it could still put in order.
	const stop = (): void => killGroup(child);
	if (signal.aborted) stop();
	signal.addEventListener("abort", stop, { once: true });
	try {
		return await new Promise((resolve) => {
			child.once("exit", (exitCode) => resolve({ exitCode }));
			child.once("error", (error) => resolve({ exitCode: null, error }));
		});
	} finally {
		signal.removeEventListener("abort", stop);
	}
}

function killGroup(child: ChildProcess): void {
	if (child.pid === undefined) return;
	try {
		process.kill(-child.pid, "SIGKILL");
	} catch {
		// It ended in the meantime, or this system has no process groups.
		child.kill("SIGKILL");
	}
}

/** Keeps the end of what a child writes, and never makes it wait; the promise is for what came until its pipe closed. */
function keepErrors(child: ChildProcess): () => Promise<string> {
	let kept = "";
	const closed = new Promise<void>((resolve) => {
		child.once("close", () => resolve());
		child.once("error", () => resolve());
	});
	child.stderr?.setEncoding("utf8").on("data", (text: string) => {
		kept = (kept + text).slice(-mostOutput);
	});
	return async () => {
		// A process that it left behind may hold the pipe open.
		const enough = new AbortController();
		const limit = wait(pipeWaitMs, undefined, { signal: enough.signal }).catch(() => undefined);
		await Promise.race([closed, limit]);
		enough.abort();
		return kept.trim();
	};
}

function difference(before: number | undefined, after: number | undefined): number | null {
	return before === undefined || after === undefined ? null : after - before;
}

function shareOf(part: number | undefined, whole: number): number | null {
	return part === undefined || whole <= 0 ? null : Math.min(1, part / whole);
}
