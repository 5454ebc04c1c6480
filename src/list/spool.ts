/** Keeps a stream in a file without a name: some formats are read from their end. */

import { randomUUID } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @throws what the stream throws, or {NodeJS.ErrnoException} such as ENOSPC. */
export async function spool(
	chunks: AsyncIterable<Uint8Array>,
	signal: AbortSignal | undefined,
): Promise<{ readonly handle: FileHandle; readonly sizeBytes: number }> {
	const path = join(tmpdir(), `downspout-${randomUUID()}`);
	const handle = await open(path, "wx+", 0o600);
	try {
		// Gone when it is closed, however the process ends; where the system does not allow that, it stays.
		await rm(path).catch(() => undefined);
		let sizeBytes = 0;
		for await (const chunk of chunks) {
			if (signal?.aborted) break;
			await handle.write(chunk, 0, chunk.length);
			sizeBytes += chunk.length;
		}
		return { handle, sizeBytes };
	} catch (error) {
		await handle.close();
		throw error;
	}
}
