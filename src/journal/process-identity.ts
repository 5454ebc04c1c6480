/** What tells a process from a later one with the same number. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Start of a process in clock ticks since boot: field 22 of /proc/PID/stat (proc(5)); undefined where there is no such
 * process or no /proc. A process that has ended counts as gone, even if its parent, as in many containers, never
 * notices; while threads of it still end it is there.
 */
export function processStart(pid: number): string | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		const hasEnded = /[ZX]/.test(fields[0] ?? "") && Number(fields[17]) <= 1;
		return hasEnded ? undefined : fields[19];
	} catch {
		return undefined;
	}
}

/** Names where process ids mean something: this boot of this machine, and the process namespace. */
export function processPlace(): string {
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
