/** Workers that are child processes. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Channel, type ChannelListener, keepLastWords, workerFile } from "./channel.ts";
import type { FromWorker, WorkerSetup } from "./messages.ts";

export function openProcessChannel(setup: WorkerSetup, listener: ChannelListener): Channel {
	// Its id stands on its command line: by that the next run knows it, should it outlive this one.
	const child = fork(fileURLToPath(workerFile("process-main")), [setup.ownerId], {
		// Downloads leave short-lived objects only: more room for them costs memory and gains nothing.
		execArgv: ["--max-semi-space-size=4"],
		stdio: ["ignore", "ignore", "pipe", "ipc"],
	});
	const lastWords = keepLastWords(child.stderr);
	let isGone = false;
	const gone = (why: string): void => {
		if (isGone) return;
		isGone = true;
		listener.onExit(why);
	};
	child.on("message", (message) => listener.onMessage(message as FromWorker));
	child.on("error", (error) => {
		// Also told when a message could not be sent; then the exit follows.
		if (child.pid === undefined) gone(error.message);
	});
	child.on("exit", (code, signal) => gone(lastWords() || (signal ? `killed by ${signal}` : `exit code ${code}`)));
	child.send(setup, () => {});
	return {
		// A child that is gone is told by its exit, not by the message that could not reach it.
		send: (message) => void (child.connected && child.send(message, () => {})),
		kill: () => void child.kill("SIGKILL"),
	};
}
