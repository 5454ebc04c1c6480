/** Which processes live below another one, from /proc. */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

type Status = { readonly parent: number; readonly state: string };

/** All descendants of a process that run now. */
export function descendantsOf(pid: number): readonly number[] {
	const children = readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((one) => statusOf(one)?.parent === pid);
	return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Whether a process runs; one that has ended and waits for its parent to notice does not. */
export function isRunning(pid: number): boolean {
	const status = statusOf(pid);
	return status !== undefined && !/[ZX]/.test(status.state);
}

/** Waits until none of them runs. @returns Those that still run when the time is up. */
export async function outwait(pids: readonly number[], atMostMs: number): Promise<readonly number[]> {
	const endMs = performance.now() + atMostMs;
	while (pids.some(isRunning) && performance.now() < endMs) await sleep(20);
	return pids.filter(isRunning);
}

function statusOf(pid: number): Status | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return { state, parent: Number(parent) };
	} catch {
		return undefined;
	}
}
