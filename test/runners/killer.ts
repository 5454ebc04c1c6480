/** Kills the worker that made a request, whatever it is: the server finds it by its connection. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import type { TestContext } from "node:test";
import type { Worker } from "node:worker_threads";
import { descendantsOf } from "../kill/process-tree.ts";

export type Killer = {
	/** Whether a child process asked. */
	isChild(request: IncomingMessage): boolean;
	/** Kills who asked. Of threads it takes all, as their connections look alike; the main thread lives on. */
	killAsker(request: IncomingMessage): void;
	/** Kills every worker that there is. */
	killAll(): void;
};

export function createKiller(context: TestContext): Killer {
	const threads = new Set<Worker>();
	const onWorker = (thread: Worker): void => {
		threads.add(thread);
		thread.once("exit", () => threads.delete(thread));
	};
	process.on("worker", onWorker);
	context.after(() => void process.off("worker", onWorker));
	const killThreads = (): void => {
		for (const thread of threads) void thread.terminate();
	};
	return {
		isChild: ({ socket }) => ownerOf(socket.remotePort ?? 0) !== undefined,
		killAsker({ socket }) {
			const pid = ownerOf(socket.remotePort ?? 0);
			if (pid === undefined) killThreads();
			else process.kill(pid, "SIGKILL");
		},
		killAll() {
			killThreads();
			for (const pid of descendantsOf(process.pid)) process.kill(pid, "SIGKILL");
		},
	};
}

/** The child process that has a socket on this local port. */
function ownerOf(port: number): number | undefined {
	const hex = port.toString(16).toUpperCase().padStart(4, "0");
	const tables = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => readFileSync(path, "latin1").split("\n"));
	const fields = tables.map((line) => line.trim().split(/\s+/)).find(([, local]) => local?.endsWith(`:${hex}`));
	const socket = `socket:[${fields?.[9]}]`;
	return descendantsOf(process.pid).find((pid) => linksOf(`/proc/${pid}/fd`).includes(socket));
}

function linksOf(folder: string): readonly string[] {
	try {
		return readdirSync(folder).map((name) => readlinkSync(`${folder}/${name}`));
	} catch {
		// The process has just ended, or closed one of them.
		return [];
	}
}
