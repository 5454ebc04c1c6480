/** The thread that digests large files: what another thread writes, as far as it is told that it may. */
import { createHash, type Hash } from "node:crypto";
import { readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { createByteRing } from "./byte-ring.ts";
import type { FromHashThread, HandedOver, ToHashThread } from "./hash-thread.ts";

/** Files whose downloads were given up are told of by nobody: the oldest go. */
const mostFiles = 1000;
const chunk = Buffer.allocUnsafeSlow(1024 * 1024);

type Followed = { readonly hashes: readonly (readonly [algorithm: string, hash: Hash])[]; position: number };
type OfFile = Pick<HandedOver, "id" | "fd" | "algorithms">;

const files = new Map<number, Followed>();
const ring = createByteRing(workerData);

parentPort?.on("message", (message: ToHashThread) => {
	if (message.kind === "bytes") return takeAll(message.handed);
	const answer = finish(message, message.isEnd);
	if (answer !== undefined) parentPort?.postMessage(answer);
});

function takeAll(handed: readonly HandedOver[]): void {
	for (const one of handed) {
		try {
			take(one);
		} catch {
			// Where it is still wanted, it is read from its start.
			files.delete(one.id);
		}
	}
	const last = handed.at(-1);
	if (last) ring.letGo(last.start + last.length);
}

/** What was not handed over is read from the file. */
function take(handed: HandedOver): void {
	const { start, length, upTo } = handed;
	const file = readUpTo(handed, upTo - length);
	const known = file.position - (upTo - length);
	for (const bytes of ring.pieces(start + known, length - known)) digest(file, bytes);
}

function finish({ upTo, ...ofFile }: OfFile & { readonly upTo: number }, isEnd: boolean): FromHashThread | undefined {
	const { id } = ofFile;
	try {
		const { hashes } = readUpTo(ofFile, upTo);
		if (!isEnd) return undefined;
		files.delete(id);
		return { id, digests: hashes.map(([algorithm, hash]) => [algorithm, hash.digest("hex")]) };
	} catch {
		// A file that was given up is closed. Where it was not, its writer finds the digest itself.
		files.delete(id);
		return { id, digests: undefined };
	}
}

/** @throws {NodeJS.ErrnoException} @throws {Error} the file ends too early. */
function readUpTo({ id, fd, algorithms }: OfFile, place: number): Followed {
	const file = files.get(id) ?? begin(id, algorithms);
	while (file.position < place) {
		const count = readSync(fd, chunk, 0, Math.min(chunk.length, place - file.position), file.position);
		if (count === 0) throw new Error("the file ends too early");
		digest(file, chunk.subarray(0, count));
	}
	return file;
}

function digest(file: Followed, bytes: Uint8Array): void {
	for (const [, hash] of file.hashes) hash.update(bytes);
	file.position += bytes.length;
}

function begin(id: number, algorithms: readonly string[]): Followed {
	const [oldest] = files.keys();
	if (files.size >= mostFiles && oldest !== undefined) files.delete(oldest);
	const file = { hashes: algorithms.map((name) => [name, createHash(name)] as const), position: 0 };
	files.set(id, file);
	return file;
}
