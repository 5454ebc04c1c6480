/** What tells a process from a later one with the same number, and where its number means something. */
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { hostname } from "node:os";

/**
 * What can be seen of a process: its start in clock ticks since boot (field 22 of /proc/PID/stat, proc(5)) while it
 * runs; `gone`; or `hidden`, where there is such a process, or may be, and no /proc tells more of it.
 */
export type Sight = { readonly start: string } | "gone" | "hidden";

/**
 * A process that has ended counts as gone, even if its parent, as in many containers, never notices; while threads of it
 * still end it is there.
 */
export function lookAtProcess(pid: number): Sight {
	try {
		if (!procIsOurs()) return exists(pid) ? "hidden" : "gone";
		const fields = statFields(pid);
		if (/[ZX]/.test(fields[0] ?? "") && Number(fields[17]) <= 1) return "gone";
		const [start] = fields.slice(19);
		return start === undefined ? "hidden" : { start };
	} catch {
		// No /proc, or one that shows other users' processes to nobody (hidepid).
		return exists(pid) ? "hidden" : "gone";
	}
}

/** Start of this or another process, where it can be seen. */
export function processStart(pid: number): string | undefined {
	const sight = lookAtProcess(pid);
	return typeof sight === "string" ? undefined : sight.start;
}

/** Whether a process is the worker process of that id, and ours: the only thing that may ever be killed. */
export function isWorkerProcess(pid: number, ownerId: string): boolean {
	try {
		if (!procIsOurs()) return false;
		const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
		return words.includes(ownerId) && statSync(`/proc/${pid}`).uid === process.geteuid?.();
	} catch {
		return false;
	}
}

/** Names where process ids mean something: this boot of this machine, and the process namespace. */
export function processPlace(): string {
	place ??= readPlace();
	return place;
}

/** Of this process; neither changes while it lives. */
let place: string | undefined;

function readPlace(): string {
	const read = (get: () => string): string => {
		try {
			return get().trim();
		} catch {
			return "";
		}
	};
	const boot = read(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1"));
	const namespace = read(() => readlinkSync("/proc/self/ns/pid"));
	return `${hostname()} ${boot} ${namespace}`;
}

export type Place = { readonly host: string; readonly boot: string; readonly namespace: string };

export function parsePlace(text: string): Place {
	const [host = "", boot = "", namespace = ""] = text.split(" ");
	return { host, boot, namespace };
}

/** In a new process namespace /proc may still be that of another, where our numbers name somebody else. */
function procIsOurs(): boolean {
	return readlinkSync("/proc/self") === String(process.pid);
}

/** What follows the name of the program, which may hold anything: the state is the first. */
function statFields(pid: number): string[] {
	const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function exists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return !(error instanceof Error && "code" in error && error.code === "ESRCH");
	}
}
