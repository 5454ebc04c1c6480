/** A folder for one benchmark, in memory where there is room: the disk is not what is measured here. */
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const roomBytes = 3 * 1024 ** 3;

/** Removed on disposal. */
export async function freshFolder(name: string): Promise<AsyncDisposable & { readonly path: string }> {
	const memory = await statfs("/dev/shm").catch(() => undefined);
	const parent = memory !== undefined && memory.bavail * memory.bsize > roomBytes ? "/dev/shm" : tmpdir();
	const path = await mkdtemp(join(parent, `downspout-${name}-`));
	return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
