/** The worker's side, the same for threads and processes: tasks in, results out. */

import type { AttemptResult } from "../core/task.ts";
import { createDownloader } from "../download/downloader.ts";
import type { FromWorker, ToWorker, WorkerSetup } from "./messages.ts";

export type Service = {
	receive(message: ToWorker): void;
};

export type ServiceOptions = {
	readonly setup: WorkerSetup;
	readonly send: (message: FromWorker) => void;
	/** Called when the worker has left the directory and may end. */
	readonly onLeft: () => void;
};

/** Starts to serve; says `ready`, or `unable` and why. */
export async function serve({ setup, send, onLeft }: ServiceOptions): Promise<Service> {
	const stop = new AbortController();
	let results: AttemptResult[] = [];
	const deliver = (): void => {
		const gathered = results;
		results = [];
		send({ type: "results", results: gathered });
	};
	const onResult = (result: AttemptResult): void => {
		results.push(result);
		// The results of one turn settle in one run of the microtasks: they travel together.
		if (results.length === 1) queueMicrotask(deliver);
	};
	const downloader = await createDownloader({
		...setup,
		signal: stop.signal,
		onProgress: (progress) => send({ type: "progress", progress }),
		onSetCookie: (cookies) => send({ type: "cookies", cookies }),
		onDemand: (demand) => send({ type: "demand", demand }),
	});
	send({ type: "ready" });
	return {
		receive(message) {
			switch (message.type) {
				case "tasks":
					for (const task of message.tasks) downloader.download(task, { onResult });
					return;
				case "cookies":
					return downloader.keepCookies(message.cookies);
				case "grant":
					return downloader.grant(message.grants);
				case "rate":
					return downloader.shareRate(message.share);
				case "stop":
					return stop.abort();
				case "leave":
					void downloader[Symbol.asyncDispose]().then(onLeft);
			}
		},
	};
}
