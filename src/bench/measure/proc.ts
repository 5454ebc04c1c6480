/** Reads Linux's /proc: what processes and threads used. Where there is none, or a process is gone, undefined. */
import { readdirSync, readFileSync } from "node:fs";

/** Ticks that /proc counts processor time in: fixed by the kernel's interface to programs. */
const ticksPerSecond = 100;
/** Pages are 4 KiB but on a few machines; `pageBytes` is asked of the kernel where it says. */
const pageBytes = readPageBytes();

/** What one thread did so far. */
export type ThreadUse = {
	readonly computingSeconds: number;
	/** Ready to run, without a processor. */
	readonly queuedSeconds: number;
	readonly timeslices: number;
};

export type MemoryUse = { readonly rssBytes: number; readonly privateBytes: number };

/** Seconds that all processors of the machine were busy and were there, since it started. */
export type MachineUse = { readonly busySeconds: number; readonly totalSeconds: number };

/** User and system seconds of the ended children of this process, and of their ended children; exact to a tick. */
export function readEndedChildrenSeconds(): number | undefined {
	const fields = statFields(readProc("/proc/self/stat"));
	const [user, system] = [fields?.[13], fields?.[14]];
	return user === undefined || system === undefined ? undefined : (Number(user) + Number(system)) / ticksPerSecond;
}

/** User and system seconds of a running process. */
export function readProcessSeconds(pid: number): number | undefined {
	const fields = statFields(readProc(`/proc/${pid}/stat`));
	const [user, system] = [fields?.[11], fields?.[12]];
	return user === undefined || system === undefined ? undefined : (Number(user) + Number(system)) / ticksPerSecond;
}

/** Threads of a process. */
export function listThreads(pid: number): number[] {
	try {
		return readdirSync(`/proc/${pid}/task`).map(Number);
	} catch {
		return [];
	}
}

export function readThread(pid: number, thread: number): ThreadUse | undefined {
	const [computing, queued, slices] = (readProc(`/proc/${pid}/task/${thread}/schedstat`) ?? "").trim().split(" ");
	if (computing === undefined || queued === undefined || slices === undefined) return undefined;
	return {
		computingSeconds: Number(computing) / 1e9,
		queuedSeconds: Number(queued) / 1e9,
		timeslices: Number(slices),
	};
}

/** Processes that a thread started and that still run. */
export function listChildren(pid: number, thread: number): number[] {
	return (readProc(`/proc/${pid}/task/${thread}/children`) ?? "").split(" ").filter(Boolean).map(Number);
}

export function readMemory(pid: number): MemoryUse | undefined {
	const [, resident, shared] = (readProc(`/proc/${pid}/statm`) ?? "").split(" ");
	if (resident === undefined || shared === undefined) return undefined;
	const rssBytes = Number(resident) * pageBytes;
	return { rssBytes, privateBytes: rssBytes - Number(shared) * pageBytes };
}

export function readMachine(): MachineUse | undefined {
	const line = readProc("/proc/stat")?.split("\n", 1)[0];
	if (line === undefined) return undefined;
	// user nice system idle iowait irq softirq steal; guest time is part of user already.
	const ticks = line.split(/\s+/).slice(1, 9).map(Number);
	const total = ticks.reduce((sum, value) => sum + value, 0);
	const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
	return { busySeconds: (total - idle) / ticksPerSecond, totalSeconds: total / ticksPerSecond };
}

/** Fields from the third one on: the name before them may hold spaces and brackets. */
function statFields(text: string | undefined): string[] | undefined {
	return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

function readPageBytes(): number {
	const size = /KernelPageSize:\s+(\d+) kB/.exec(readProc("/proc/self/smaps")?.slice(0, 2000) ?? "")?.[1];
	return size === undefined ? 4096 : Number(size) * 1024;
}

function readProc(path: string): string | undefined {
	try {
		return readFileSync(path, "latin1");
	} catch {
		return undefined;
	}
}
