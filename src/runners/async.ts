/** The model `async`: every download on the event loop of this thread. */
import { createDownloader } from "../download/downloader.ts";
import { ownerIdOf, type Runner, type RunnerOptions } from "./runner.ts";

/** @throws {NodeJS.ErrnoException} the directory's state cannot be written. */
export async function createAsyncRunner(options: RunnerOptions): Promise<Runner> {
	const worker = { model: "async", number: 1 } as const;
	const ownerId = ownerIdOf(options.run, worker);
	const downloader = await createDownloader({
		options: options.options,
		concurrency: options.concurrency,
		worker,
		ownerId,
		coordinatorPid: process.pid,
		signal: options.signal,
		onProgress: options.onProgress,
		onSetCookie: options.onSetCookie,
		firstShare: options.firstShare,
		onDemand: (demand) => options.onDemand?.(ownerId, demand),
	});
	return {
		slots: options.concurrency,
		loops: 1,
		isolates: false,
		run: (task, listener) => downloader.download(task, listener),
		keepCookies: downloader.keepCookies,
		// Not within what it follows from, as with workers that are elsewhere.
		grant: (grants) => queueMicrotask(() => downloader.grant(grants)),
		shareRates(shares) {
			const own = shares.get(ownerId);
			if (own) downloader.shareRate(own);
		},
		[Symbol.asyncDispose]: () => downloader[Symbol.asyncDispose](),
	};
}
