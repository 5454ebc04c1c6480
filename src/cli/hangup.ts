/** Whether SIGHUP was ignored when this process was started, as nohup has it: Node takes that back before any of our code runs. */
import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/**
 * Decided from what nohup and shells leave behind, as nobody can ask the system any more: their name in the environment,
 * a parent that ignores the signal itself, and the streams that nohup takes away from a terminal.
 *
 * @param parent - The process that started this one; it may be gone by now.
 */
export function isHangupIgnored(parent: number): boolean {
	return (
		basename(process.env._ ?? "") === "nohup" || (process.ppid === parent && ignoresHangup(parent)) || hasNohupStreams()
	);
}

function ignoresHangup(pid: number): boolean {
	const ignored = /^SigIgn:\s*[0-9a-f]*([0-9a-f])$/m.exec(
		tryTo(() => readFileSync(`/proc/${pid}/status`, "latin1")) ?? "",
	);
	// The lowest bit is that of signal 1.
	return Number.parseInt(ignored?.[1] ?? "0", 16) % 2 === 1;
}

/** GNU's nohup opens /dev/null as a standard input that cannot be read, and nohup.out for what goes to the terminal. */
function hasNohupStreams(): boolean {
	const flags = /^flags:\s*([0-7]+)$/m.exec(tryTo(() => readFileSync("/proc/self/fdinfo/0", "latin1")) ?? "")?.[1];
	const isWriteOnly = Number.parseInt(flags ?? "0", 8) % 4 === 1;
	return (isWriteOnly && fileOf(0) === "/dev/null") || [1, 2].some((fd) => basename(fileOf(fd)) === "nohup.out");
}

function fileOf(fd: number): string {
	return tryTo(() => readlinkSync(`/proc/self/fd/${fd}`)) ?? "";
}

/** Undefined where there is no /proc. */
function tryTo<T>(look: () => T): T | undefined {
	try {
		return look();
	} catch {
		return undefined;
	}
}
