/** Digests of large files from a thread of their own: to compute them takes as long as to receive the bytes. */
import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";

/** A file may be read up to a place; it is begun by its first message. */
export type ToHashThread = {
	readonly id: number;
	readonly fd: number;
	readonly algorithms: readonly string[];
	readonly upTo: number;
	readonly isEnd: boolean;
};

export type FromHashThread = {
	readonly id: number;
	/** Hexadecimal, with their algorithms; undefined where the file could not be read. */
	readonly digests: readonly (readonly [algorithm: string, hex: string])[] | undefined;
};

export type FollowedFile = {
	/** So many bytes are written. */
	follow(upTo: number): void;
	/** All of them are. @returns By algorithm; undefined where the thread could not find them. */
	digests(sizeBytes: number): Promise<ReadonlyMap<string, string> | undefined>;
};

type Waiting = (digests: FromHashThread["digests"]) => void;

const waiting = new Map<number, Waiting>();
let thread: Worker | undefined;
let count = 0;

/**
 * Follows a file as it is written; it must stay open until its digests are here, or nobody wants them any more.
 * Undefined where there is no other processor: nothing would be won.
 */
export function followFile(fd: number, algorithms: readonly string[]): FollowedFile | undefined {
	if (availableParallelism() < 2) return undefined;
	const id = ++count;
	const post = (upTo: number, isEnd: boolean): void => {
		thread ??= startThread();
		thread.postMessage({ id, fd, algorithms, upTo, isEnd } satisfies ToHashThread);
	};
	return {
		follow: (upTo) => post(upTo, false),
		async digests(sizeBytes) {
			const found = await new Promise<FromHashThread["digests"]>((resolve) => {
				waiting.set(id, resolve);
				post(sizeBytes, true);
				thread?.ref();
			});
			return found && new Map(found);
		},
	};
}

function startThread(): Worker {
	const file = new URL(`./hash-thread-main${extname(import.meta.url)}`, import.meta.url);
	const started = new Worker(file, { execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: 2 } });
	started.on("message", ({ id, digests }: FromHashThread) => {
		waiting.get(id)?.(digests);
		waiting.delete(id);
		if (waiting.size === 0) started.unref();
	});
	const lose = (): void => {
		if (thread === started) thread = undefined;
		for (const resolve of waiting.values()) resolve(undefined);
		waiting.clear();
	};
	started.on("error", lose);
	started.on("exit", lose);
	// It keeps no process alive, unless somebody waits for it.
	started.unref();
	return started;
}
