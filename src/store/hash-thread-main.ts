/** The thread that digests large files: it reads what another thread writes, as far as it is told that it may. */
import { createHash, type Hash } from "node:crypto";
import { readSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { FromHashThread, ToHashThread } from "./hash-thread.ts";

/** Files whose downloads were given up are told of by nobody: the oldest go. */
const mostFiles = 1000;
const chunk = Buffer.allocUnsafeSlow(1024 * 1024);

type Followed = { readonly hashes: readonly (readonly [algorithm: string, hash: Hash])[]; position: number };

const files = new Map<number, Followed>();

parentPort?.on("message", (message: ToHashThread) => {
	const answer = read(message);
	if (answer !== undefined) parentPort?.postMessage(answer);
});

function read({ id, fd, algorithms, upTo, isEnd }: ToHashThread): FromHashThread | undefined {
	const file = files.get(id) ?? begin(id, algorithms);
	try {
		while (file.position < upTo) {
			const count = readSync(fd, chunk, 0, Math.min(chunk.length, upTo - file.position), file.position);
			if (count === 0) throw new Error("the file ends too early");
			for (const [, hash] of file.hashes) hash.update(chunk.subarray(0, count));
			file.position += count;
		}
		if (!isEnd) return undefined;
		files.delete(id);
		return { id, digests: file.hashes.map(([algorithm, hash]) => [algorithm, hash.digest("hex")]) };
	} catch {
		// A file that was given up is closed. Where it was not, its writer finds the digest itself.
		files.delete(id);
		return { id, digests: undefined };
	}
}

function begin(id: number, algorithms: readonly string[]): Followed {
	const [oldest] = files.keys();
	if (files.size >= mostFiles && oldest !== undefined) files.delete(oldest);
	const file = { hashes: algorithms.map((name) => [name, createHash(name)] as const), position: 0 };
	files.set(id, file);
	return file;
}
