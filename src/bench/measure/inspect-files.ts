/** Looks at every file that a run left behind, after the clock was stopped: is it whole, and when was it finished? */
import { createHash, hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Expectation } from "../workload/expectation.ts";

export type Inspection = {
	/** Whole files. */
	readonly good: number;
	/** Bytes of the whole files. */
	readonly bytes: number;
	/** Whole files with other bytes than in an earlier run. */
	readonly changed: number;
	/** Files with wrong bytes, relative to the folder. */
	readonly wrong: readonly string[];
	/** When each whole file was finished, in milliseconds since 1970, in ascending order. */
	readonly finishedAtMs: readonly number[];
};

/** Files up to this size are read at once. */
const chunkBytes = 1024 * 1024;
/** What downspout keeps for itself below a download directory. */
const stateFolder = ".downspout";

/** Reads all files below the folder. @throws the abort reason. */
export async function inspectFiles(dir: string, expectation: Expectation, signal: AbortSignal): Promise<Inspection> {
	const finishedAtMs: number[] = [];
	const wrong: string[] = [];
	let bytes = 0;
	let changed = 0;
	const buffer = Buffer.allocUnsafe(chunkBytes);
	for await (const path of walk(dir)) {
		signal.throwIfAborted();
		const found = readFacts(path, buffer);
		const file = relative(dir, path);
		const verdict = expectation.judge(file, found.sizeBytes, found.sha256);
		if (verdict === "wrong") wrong.push(file);
		if (verdict === "wrong" || verdict === "unknown") continue;
		if (verdict === "changed") changed++;
		bytes += found.sizeBytes;
		finishedAtMs.push(found.changedAtMs);
	}
	finishedAtMs.sort((left, right) => left - right);
	return { good: finishedAtMs.length, bytes, changed, wrong, finishedAtMs };
}

async function* walk(dir: string): AsyncGenerator<string> {
	for await (const item of await opendir(dir, { bufferSize: 1024 })) {
		const path = join(dir, item.name);
		if (item.isDirectory()) {
			if (item.name !== stateFolder) yield* walk(path);
		} else if (item.isFile()) yield path;
	}
}

/**
 * The change time stands for the moment of completion: unlike the modification time no program can set it, and the last
 * thing that happens to a file is its final byte, name or date.
 */
function readFacts(
	path: string,
	buffer: Buffer,
): { readonly sizeBytes: number; readonly sha256: string; readonly changedAtMs: number } {
	const file = openSync(path, "r");
	try {
		const { size: sizeBytes, ctimeMs: changedAtMs } = fstatSync(file);
		const first = buffer.subarray(0, readSync(file, buffer));
		if (sizeBytes <= first.length) return { sizeBytes, changedAtMs, sha256: hash("sha256", first) };
		const digest = createHash("sha256").update(first);
		for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
			digest.update(buffer.subarray(0, length));
		}
		return { sizeBytes, changedAtMs, sha256: digest.digest("hex") };
	} finally {
		closeSync(file);
	}
}
