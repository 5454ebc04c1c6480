/** The file of --write-checksums: what was saved or skipped, as `sha256sum -c` takes it, written whole at the end. */
import { randomUUID } from "node:crypto";
import { type createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { formatChecksumLine } from "../core/checksum-lines.ts";
import type { Sink } from "../core/event.ts";
import type { RunOptions } from "../core/options.ts";
import { stateLayout } from "../core/state-layout.ts";
import { createBatchFile } from "./batch-file.ts";
import { noSink } from "./sinks.ts";

/** Thrown where the file cannot be written; the run ends with exit code 3. */
class ChecksumsFileError extends Error {
	readonly code = "checksums_unwritable";
	override readonly name = "ChecksumsFileError";

	constructor(path: string, cause: unknown) {
		super(`cannot write the checksums to ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
			cause,
		});
	}
}

export type ChecksumsSink = { readonly sink: Sink; failure(): Error | undefined };

/**
 * @param path absolute; undefined where no file is wanted
 * @param place where the files of the run go
 * @param onFailure told once, when lines can no longer be kept
 * @throws {ChecksumsFileError} there is nowhere to keep the lines until the end.
 */
export async function checksumsSink(
	path: string | undefined,
	{ dir, bucket }: Pick<RunOptions, "dir" | "bucket">,
	onFailure: (error: Error) => void,
): Promise<ChecksumsSink> {
	if (path === undefined) return { sink: noSink, failure: () => undefined };
	let failure: Error | undefined;
	const fail = (error: unknown): void => {
		failure ??= new ChecksumsFileError(path, error);
		onFailure(failure);
	};
	/** Lines are many, and stay out of DIR until they are all there. */
	const gathered = join(tmpdir(), `downspout-${randomUUID()}`);
	try {
		const lines = await createBatchFile(gathered, { format: String, onError: fail });
		const reader = await open(gathered, "r");
		// Gone when it is closed, however the process ends; where the system does not allow that, at the end.
		await rm(gathered).catch(() => undefined);
		let hasRun = false;
		/** A file of the list has that name. */
		let isTaken = false;
		const sink: Sink = {
			on(event) {
				if (event.type === "run-ended") hasRun = true;
				if (event.type !== "ended") return;
				const { file, sha256 } = event.outcome;
				isTaken ||= file !== null && !bucket && join(dir, file) === path;
				if (file !== null && sha256 !== undefined) lines.write(formatChecksumLine(sha256, file));
			},
			async close() {
				await lines.close();
				try {
					if (isTaken) throw new Error("a file of the list stands there");
					if (hasRun && failure === undefined) await put(reader.createReadStream({ start: 0 }), path, dir);
				} catch (error) {
					fail(error);
				} finally {
					await reader.close().catch(() => undefined);
					await rm(gathered, { force: true });
				}
			},
		};
		return { sink, failure: () => failure };
	} catch (error) {
		throw new ChecksumsFileError(path, error);
	}
}

/** In one step, over what an earlier run wrote; within DIR nothing incomplete is to be seen. */
async function put(lines: ReturnType<typeof createReadStream>, path: string, dir: string): Promise<void> {
	const isWithin = !relative(dir, path).startsWith("..");
	const folder = isWithin ? dirname(stateLayout(dir).journal) : dirname(path);
	const temporary = join(folder, `checksums~${randomUUID()}`);
	try {
		await pipeline(lines, createWriteStream(temporary, { flags: "wx" }));
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}
}
