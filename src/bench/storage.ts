/** Where the runs of a benchmark write: memory for the built-in scenarios, the user's own disk for the user's own list. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { freeBytes } from "./machine.ts";

export type Storage = AsyncDisposable & {
	/** How the report names it. */
	readonly shown: string;
	/** A folder name that no run had before; not created. */
	nextFolder(): string;
	/** A folder for lists; exists. */
	readonly lists: string;
	/** Whether the files of so many runs may all stay until the end. */
	hasRoomFor(bytes: number): Promise<boolean>;
};

const memoryFolder = "/dev/shm";
/** With less there than this, a memory file system is left alone. */
const leastMemoryBytes = 2 * 1024 ** 3;

/** @param out the report's folder. Everything is removed on disposal, and nothing before: deleting slows a file system down. */
export async function openStorage(out: string, preferMemory: boolean): Promise<Storage> {
	const inMemory = preferMemory && (await freeBytes(memoryFolder)) >= leastMemoryBytes;
	const root = inMemory ? await mkdtemp(join(memoryFolder, "downspout-bench-")) : join(out, "work");
	const lists = join(root, "lists");
	await mkdir(lists, { recursive: true });
	let folders = 0;
	return {
		shown: inMemory ? `memory (${memoryFolder})` : "the disk of the report's folder",
		lists,
		nextFolder() {
			folders++;
			return join(root, `run-${folders}`);
		},
		async hasRoomFor(bytes) {
			return bytes < (await freeBytes(root)) / 3;
		},
		[Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
	};
}
