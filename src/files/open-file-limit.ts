/** How many files and sockets a process may have open. */
import { readFileSync } from "node:fs";

/** The soft limit, which Node raises to the hard one as it starts; undefined where the system does not tell. */
export function openFileLimit(): number | undefined {
	try {
		const limits = readFileSync("/proc/self/limits", "latin1");
		const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(limits) ?? [];
		return soft === undefined || soft === "unlimited" ? undefined : Number(soft);
	} catch {
		return undefined;
	}
}
