/** Gives every run memory that has been used before: on a virtual machine the first touch of a page costs several times a later one. */
import { openSync, unlinkSync, writeSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { freeBytes } from "../machine.ts";

const memoryFolder = "/dev/shm";
/** More than a run of any scenario needs for its files and its processes. */
const touchedBytes = 768 * 1024 * 1024;
/** Left alone where memory is not plentiful. */
const leastFreeBytes = 4 * touchedBytes;
/** What a virtual machine gives back to its host is free memory in one piece of at least this size. */
const returnedBytes = 2 * 1024 * 1024;
const page = Buffer.alloc(4096, 1);
const block = Buffer.alloc(returnedBytes - page.length, 1);

/** A file without a name: its pages stay where they are until this process ends. */
let stakes: number | undefined;

/**
 * Writes and frees as much memory as a run may need; the system hands out again first what was freed last. One page of
 * every 2 MiB stays in use, or the virtual machine would return that memory to its host within two seconds (free page
 * reporting, Documentation/mm/free_page_reporting.rst of Linux): in the midst of a run, whose processors do that work.
 */
export async function touchMemory(): Promise<void> {
	if ((await freeBytes(memoryFolder)) < leastFreeBytes) return;
	stakes ??= openStakes();
	const path = join(memoryFolder, `downspout-touch-${process.pid}`);
	const file = await open(path, "w");
	try {
		// Without a name the memory is freed with the descriptor, however the benchmark ends.
		await rm(path);
		for (let written = 0; written < touchedBytes; written += returnedBytes) {
			await file.write(block);
			writeSync(stakes, page);
		}
	} finally {
		await file.close();
	}
}

function openStakes(): number {
	const path = join(memoryFolder, `downspout-stakes-${process.pid}`);
	const fd = openSync(path, "w");
	unlinkSync(path);
	return fd;
}
