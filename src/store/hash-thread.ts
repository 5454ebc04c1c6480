/** Digests of large files from a thread of their own: to compute them takes as long as to receive the bytes. */
import { availableParallelism } from "node:os";
import { extname } from "node:path";
import type { Worker } from "node:worker_threads";
import { type ByteRing, createByteRing } from "./byte-ring.ts";

/** A file, as far as it is written; it is begun by its first message. */
type Reached = {
	readonly id: number;
	readonly fd: number;
	readonly algorithms: readonly string[];
	upTo: number;
};

/** The last bytes of what is written so far, handed over in the ring: these need not be read from the file again. */
export type HandedOver = Reached & { readonly start: number; length: number };

export type ToHashThread =
	/** One after the other in the ring. */
	| { readonly kind: "bytes"; readonly handed: readonly HandedOver[] }
	| ({ readonly kind: "file"; readonly isEnd: boolean } & Readonly<Reached>);

export type FromHashThread = {
	readonly id: number;
	/** Hexadecimal, with their algorithms; undefined where the file could not be read. */
	readonly digests: readonly (readonly [algorithm: string, hex: string])[] | undefined;
};

export type FollowedFile = {
	/** These bytes are written, and with them so many; they may be used again afterwards. */
	take(bytes: Uint8Array, upTo: number): void;
	/** So many bytes are written. */
	follow(upTo: number): void;
	/** All of them are. @returns By algorithm; undefined where the thread could not find them. */
	digests(sizeBytes: number): Promise<ReadonlyMap<string, string> | undefined>;
};

type Waiting = (digests: FromHashThread["digests"]) => void;

type HashThread = {
	readonly worker: Worker;
	readonly ring: ByteRing;
	/** What lies in the ring and was not told yet, and how many bytes that is. */
	untold: HandedOver[];
	untoldBytes: number;
};

/** So many bytes are told of at once. */
const toldAtOnceBytes = 512 * 1024;

const waiting = new Map<number, Waiting>();
let thread: HashThread | undefined;
let count = 0;

/**
 * Follows a file as it is written; it must stay open until its digests are here, or nobody wants them any more.
 * Undefined where there is no other processor: nothing would be won.
 */
export function followFile(fd: number, algorithms: readonly string[]): FollowedFile | undefined {
	if (availableParallelism() < 2) return undefined;
	const id = ++count;
	const post = (upTo: number, isEnd: boolean): Worker => {
		thread ??= startThread();
		tell(thread);
		thread.worker.postMessage({ kind: "file", id, fd, algorithms, upTo, isEnd } satisfies ToHashThread);
		return thread.worker;
	};
	return {
		take(bytes, upTo) {
			thread ??= startThread();
			const { ring, untold } = thread;
			const start = ring.put(bytes);
			// The thread is behind: what has no room is read from the file.
			if (start === undefined) return;
			const last = untold.at(-1);
			if (last?.id === id && last.upTo + bytes.length === upTo) {
				last.upTo = upTo;
				last.length += bytes.length;
			} else untold.push({ id, fd, algorithms, upTo, start, length: bytes.length });
			thread.untoldBytes += bytes.length;
			if (thread.untoldBytes >= toldAtOnceBytes) tell(thread);
		},
		follow: (upTo) => void post(upTo, false),
		async digests(sizeBytes) {
			const found = await new Promise<FromHashThread["digests"]>((resolve) => {
				waiting.set(id, resolve);
				post(sizeBytes, true).ref();
			});
			return found && new Map(found);
		},
	};
}

function tell(told: HashThread): void {
	if (told.untold.length === 0) return;
	told.worker.postMessage({ kind: "bytes", handed: told.untold } satisfies ToHashThread);
	told.untold = [];
	told.untoldBytes = 0;
}

function startThread(): HashThread {
	const file = new URL(`./hash-thread-main${extname(import.meta.url)}`, import.meta.url);
	const ring = createByteRing();
	const { Worker: Thread } = process.getBuiltinModule("node:worker_threads");
	const started = new Thread(file, {
		execArgv: [],
		resourceLimits: { maxYoungGenerationSizeMb: 2 },
		workerData: ring.memory,
	});
	started.on("message", ({ id, digests }: FromHashThread) => {
		waiting.get(id)?.(digests);
		waiting.delete(id);
		if (waiting.size === 0) started.unref();
	});
	const lose = (): void => {
		if (thread?.worker === started) thread = undefined;
		for (const resolve of waiting.values()) resolve(undefined);
		waiting.clear();
	};
	started.on("error", lose);
	started.on("exit", lose);
	// It keeps no process alive, unless somebody waits for it.
	started.unref();
	return { worker: started, ring, untold: [], untoldBytes: 0 };
}
