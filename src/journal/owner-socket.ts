/** A socket beside each owner's file: whoever sees the same folder in the same kernel, from another container say, can ask whether the owner lives. */
import { closeSync, openSync, statSync } from "node:fs";
import { createConnection, createServer, type Server } from "node:net";
import { join } from "node:path";
import type { StateLayout } from "../core/state-layout.ts";
import { fileErrorCode } from "../files/file-error.ts";

/** Longest path of a socket, in bytes: `sun_path` of unix(7), with room for the end. */
const longestPath = 100;
/** So long an owner may take to answer: the kernel answers for it. */
const answerMs = 1000;

/** Identifies the folder of owners within this kernel. */
export function folderIdentity({ owners }: StateLayout): string | undefined {
	try {
		const { dev, ino } = statSync(owners, { bigint: true });
		return `${dev}:${ino}`;
	} catch {
		return undefined;
	}
}

/** Begins to answer; undefined where that cannot be done here. Nothing waits for it, and it keeps no process alive. */
export function answerFor(layout: StateLayout, id: string): Server | undefined {
	if (process.platform !== "linux") return undefined;
	try {
		const server = createServer((socket) => socket.destroy());
		let failed = false;
		server.on("error", () => {
			failed = true;
		});
		// Listening to a path is done, or has failed, when this returns.
		withShortPath(layout, id, (path) => server.listen({ path }));
		server.unref();
		return failed || !server.listening ? undefined : server;
	} catch {
		return undefined;
	}
}

/** Asks an owner of this kernel for a sign of life. */
export function askOwner(layout: StateLayout, id: string): Promise<"alive" | "dead" | "unknown"> {
	return new Promise((resolve) => {
		const ask = (path: string): void => {
			const socket = createConnection({ path });
			const end = (answer: "alive" | "dead" | "unknown"): void => {
				socket.destroy();
				resolve(answer);
			};
			socket.setTimeout(answerMs, () => end("unknown"));
			socket.on("connect", () => end("alive"));
			socket.on("error", (error) => {
				const code = fileErrorCode(error);
				end(code === "ECONNREFUSED" || code === "ENOENT" ? "dead" : "unknown");
			});
		};
		try {
			withShortPath(layout, id, ask);
		} catch {
			resolve("unknown");
		}
	});
}

/** Calls with a path of the socket that is short enough: a longer one leads through a descriptor of its folder. */
function withShortPath(layout: StateLayout, id: string, use: (path: string) => void): void {
	const name = `${id}.sock`;
	const path = join(layout.owners, name);
	if (Buffer.byteLength(path) <= longestPath) return use(path);
	const fd = openSync(layout.owners, "r");
	try {
		use(`/proc/self/fd/${fd}/${name}`);
	} finally {
		closeSync(fd);
	}
}
