/** Gives every run memory that has been used before: on a virtual machine the first touch of a page costs several times a later one. */
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { freeBytes } from "../machine.ts";

const memoryFolder = "/dev/shm";
/** More than a run of any scenario needs for its files and its processes. */
const touchedBytes = 768 * 1024 * 1024;
/** Left alone where memory is not plentiful. */
const leastFreeBytes = 4 * touchedBytes;
const block = Buffer.alloc(4 * 1024 * 1024, 1);

/** Writes and frees as much memory as a run may need; the system hands out again first what was freed last. */
export async function touchMemory(): Promise<void> {
	if ((await freeBytes(memoryFolder)) < leastFreeBytes) return;
	const path = join(memoryFolder, `downspout-touch-${process.pid}`);
	const file = await open(path, "w");
	try {
		// Without a name the memory is freed with the descriptor, however the benchmark ends.
		await rm(path);
		for (let written = 0; written < touchedBytes; written += block.length) await file.write(block);
	} finally {
		await file.close();
	}
}
