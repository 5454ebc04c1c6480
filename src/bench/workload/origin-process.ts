/** Starts the lab origin in a process of its own. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import type { OriginReply, OriginRequest } from "./origin-main.ts";

export type OriginProcess = AsyncDisposable & { readonly pid: number; readonly url: string };

/** Waits until it listens and its list is written. @throws {Error} it could not start. */
export async function startOriginProcess(request: OriginRequest, signal: AbortSignal): Promise<OriginProcess> {
	// In development this runs from TypeScript, in the package from JavaScript: the neighbour has the same ending.
	const main = new URL(`./origin-main${extname(import.meta.url)}`, import.meta.url);
	const child = fork(main, { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
	const stop = async (): Promise<void> => {
		if (child.exitCode !== null || child.signalCode !== null) return;
		const exited = once(child, "exit");
		child.kill("SIGKILL");
		await exited;
	};
	try {
		child.send(request);
		const [reply]: [OriginReply?] = await Promise.race([
			once(child, "message", { signal }).then(([message]): [OriginReply] => [message]),
			once(child, "exit", { signal }).then((): [] => []),
		]);
		if (reply === undefined || child.pid === undefined) throw new Error("the lab origin ended before it listened");
		if ("error" in reply) throw new Error(`the lab origin cannot start: ${reply.error}`);
		return { pid: child.pid, url: reply.url, [Symbol.asyncDispose]: stop };
	} catch (error) {
		await stop();
		throw error;
	}
}
