/** What a figure is measured against: servers, the way to them, and the URLs of their files. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startOriginProcess } from "../../src/bench/workload/origin-process.ts";
import type { OriginOptions } from "../../src/origin/options.ts";
import { farHost, openFarLink } from "./far-link.ts";

export type Scene = AsyncDisposable & { readonly urls: readonly string[] };
export type OpenScene = (folder: string) => Promise<Scene>;

/** A lab origin on this machine. @param rename - Makes the URL that is asked for of each. */
export function lab(options: Partial<OriginOptions>, rename: (url: string, n: number) => string = local): OpenScene {
	return async (folder) => {
		const list = join(folder, "origin.txt");
		const request = { ...options, hosts: ["0.0.0.0"], list } as const;
		const origin = await startOriginProcess(request, new AbortController().signal);
		const lines = (await readFile(list, "utf8")).trim().split("\n");
		return { urls: lines.map(rename), [Symbol.asyncDispose]: () => origin[Symbol.asyncDispose]() };
	};
}

/** The same over real TCP, so far away. */
export function far(delayMs: number, bytesPerSecond: number, options: Partial<OriginOptions>): OpenScene {
	return async (folder) => {
		const near = await lab(options, (url) => url.replace("0.0.0.0", farHost))(folder);
		const port = Number(new URL(near.urls[0] ?? "").port);
		const link = await openFarLink(folder, { port, delayMs, bytesPerSecond });
		return {
			urls: near.urls,
			async [Symbol.asyncDispose]() {
				await link[Symbol.asyncDispose]();
				await near[Symbol.asyncDispose]();
			},
		};
	};
}

export async function crowded(files: number): Promise<Scene> {
	const child = fork(new URL("crowded-server.ts", import.meta.url));
	const [port] = await once(child, "message");
	return {
		urls: Array.from({ length: files }, (_, n) => `http://127.0.0.1:${port}/${n}`),
		async [Symbol.asyncDispose]() {
			const gone = once(child, "exit");
			child.kill("SIGKILL");
			await gone;
		},
	};
}

function local(url: string): string {
	return url.replace("0.0.0.0", "127.0.0.1");
}
