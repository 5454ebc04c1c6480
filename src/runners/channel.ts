/** How messages reach a worker and how its end is noticed: the only thing in which threads and processes differ. */
import { extname } from "node:path";
import type { FromWorker, ToWorker, WorkerSetup } from "./messages.ts";

export type Channel = {
	send(message: ToWorker): void;
	/** Ends the worker at once, whatever it does. */
	kill(): void;
};

export type ChannelListener = {
	onMessage(message: FromWorker): void;
	/** Called once, when the worker is gone for certain; `why` tells how it ended. */
	onExit(why: string): void;
};

/** Starts a worker. A worker that cannot start exits. */
export type OpenChannel = (setup: WorkerSetup, listener: ChannelListener) => Channel;

/** The entry file of a worker beside this file, with its extension: type-stripped in a checkout, compiled in the package. */
export function workerFile(name: string): URL {
	return new URL(`./${name}${extname(import.meta.url)}`, import.meta.url);
}

/** Keeps the end of what a worker prints as it dies: usually its uncaught error. */
export function keepLastWords(stream: NodeJS.ReadableStream | null | undefined): () => string {
	let words = "";
	stream?.setEncoding("utf8");
	stream?.on("data", (text: string) => {
		words = (words + text).slice(-4000);
	});
	return () => /^\w*Error\b.*$/m.exec(words)?.[0] ?? words.trim().split("\n").at(-1) ?? "";
}
