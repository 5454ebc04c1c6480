/** Whether a folder is one in which downspout keeps its state, by whatever name. */
import { type BigIntStats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isStateName, stateFolder } from "../core/state-layout.ts";

/** File systems know other cases of its name, and short ones such as `DOWNSP~1`. What cannot be looked at is judged by its name. */
export function isStateFolder(path: string): boolean {
	if (isStateName(basename(path))) return true;
	const state = look(join(dirname(path), stateFolder));
	const found = state && look(path);
	return found !== undefined && state?.ino === found.ino && state.dev === found.dev;
}

function look(path: string): BigIntStats | undefined {
	try {
		return statSync(path, { throwIfNoEntry: false, bigint: true });
	} catch {
		return undefined;
	}
}
