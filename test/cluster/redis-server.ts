/** A real Redis server on a port and in a folder of its own. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { outwait } from "../kill/process-tree.ts";

const run = promisify(execFile);

const mostStarts = 20;

export type RedisServer = {
	readonly url: string;
	readonly port: number;
	/** Ends it as a crash would, and starts it again on the same port. @param keepsData - Whether it has written everything down. */
	restart(keepsData: boolean): Promise<void>;
	stop(): Promise<void>;
	start(): Promise<void>;
};

/** @param options - Further options of redis-server, such as `--requirepass`. */
export async function startRedis(
	context: Pick<TestContext, "after">,
	options: readonly string[] = [],
): Promise<RedisServer> {
	const folder = await mkdtemp(join(tmpdir(), "downspout-redis-"));
	const port = await freePort();
	const pidFile = join(folder, "pid");
	const log = join(folder, "log");
	let pid: number | undefined;
	const start = async (): Promise<void> => {
		// A daemon: it is no child of the tests, some of which kill all that they have.
		const own = ["--daemonize", "yes", "--pidfile", pidFile, "--port", String(port), "--bind", "127.0.0.1"];
		const data = ["--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "always"];
		const args = [...own, ...data, "--logfile", log, ...options];
		for (let tries = 1; ; tries++) {
			await rm(log, { force: true });
			await run("redis-server", args);
			const why = await untilListening(port, log);
			if (why === undefined) break;
			// The threads of the one before may still end, and have its port until then.
			assert(tries < mostStarts, why);
			await sleep(500);
		}
		pid = Number(await readFile(pidFile, "utf8"));
		assert(pid > 0, "its number is not known");
	};
	const stop = async (): Promise<void> => {
		if (pid === undefined) return;
		process.kill(pid, "SIGKILL");
		await outwait([pid], 5000);
		pid = undefined;
	};
	context.after(async () => {
		await stop();
		await rm(folder, { recursive: true, force: true });
	});
	await start();
	return {
		url: `redis://127.0.0.1:${port}`,
		port,
		start,
		stop,
		async restart(keepsData) {
			await stop();
			if (!keepsData) await rm(join(folder, "appendonlydir"), { recursive: true, force: true });
			await start();
		},
	};
}

/** Not one of those that the system gives to connections: it would be taken while the server is down. */
export async function freePort(): Promise<number> {
	for (let tries = 0; tries < 100; tries++) {
		const port = 10_000 + Math.floor(Math.random() * 20_000);
		const server = createServer().listen(port, "127.0.0.1");
		try {
			await once(server, "listening");
		} catch {
			continue;
		}
		server.close();
		await once(server, "close");
		return port;
	}
	throw new assert.AssertionError({ message: "no port is free" });
}

/** @returns Why it has ended instead. */
async function untilListening(port: number, log: string): Promise<string | undefined> {
	for (;;) {
		const text = await readFile(log, "utf8").catch(() => "");
		if (/Failed listening|exiting/.test(text)) return `redis-server does not listen: ${text}`;
		const socket = connect(port, "127.0.0.1");
		const isUp = await new Promise<boolean>((resolve) => {
			socket.once("error", () => resolve(false));
			socket.once("data", (data) => resolve(!data.toString().startsWith("-LOADING")));
			socket.once("connect", () => socket.write("PING\r\n"));
		});
		socket.destroy();
		if (isUp) return undefined;
		await sleep(20);
	}
}
