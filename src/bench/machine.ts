/** The machine that a benchmark ran on, as its report names it. */
import { statfs } from "node:fs/promises";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import type { Machine } from "./results.ts";

/** @param storage the folder that the runs write to */
export function describeMachine(storage: string): Machine {
	return {
		system: `${type()} ${release()}`,
		processor: cpus()[0]?.model.trim() ?? "unknown",
		cores: availableParallelism(),
		memoryBytes: totalmem(),
		node: process.version,
		storage,
	};
}

/** Bytes that can still be written to the file system of a folder; 0 where there is no such folder. */
export async function freeBytes(folder: string): Promise<number> {
	try {
		const { bavail, bsize } = await statfs(folder);
		return bavail * bsize;
	} catch {
		return 0;
	}
}
