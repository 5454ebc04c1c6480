/** Limits and waits hold over all workers together, as the server sees them. */
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { test } from "node:test";
import type { Method } from "../../src/core/outcome.ts";
import { type Lab, startLab } from "./lab.ts";

const patience = { timeout: 60_000 };

export function testLimits(method: Method): void {
	test(`${method}: no more in flight than allowed, in all and to one host`, patience, async (context) => {
		const inFlight = new Map<string, number>();
		const most = new Map<string, number>();
		const count = (name: string, change: number): void => {
			const now = (inFlight.get(name) ?? 0) + change;
			inFlight.set(name, now);
			most.set(name, Math.max(now, most.get(name) ?? 0));
		};
		const lab = await startLab(context, method, ({ headers }, response) => {
			const names = ["all", headers.host?.split(":")[0] ?? ""];
			for (const name of names) count(name, 1);
			setTimeout(() => {
				for (const name of names) count(name, -1);
				response.end("body");
			}, 15);
		});
		const urls = Array.from({ length: 40 }, (_, n) => [`/${n}`, `${lab.otherUrl}/other-${n}`]).flat();
		const { summary } = await lab.run(urls, { concurrency: 6, perHost: 4 });
		assert.equal(summary.saved, 80);
		// What is on its way to and from another machine is in flight for the run, and not yet or not any more for the server.
		const isMost = (name: string, level: number): void =>
			method === "cluster" ? assert((most.get(name) ?? 0) <= level) : assert.equal(most.get(name), level);
		isMost("all", 6);
		assert((most.get("127.0.0.1") ?? 0) <= 4 && (most.get("localhost") ?? 0) <= 4);
		await lab.run(list(lab.url, 40), { concurrency: 6, perHost: 4 });
		isMost("127.0.0.1", 4);
	});

	test(`${method}: a Retry-After pauses its host for all workers, and no other host`, patience, async (context) => {
		const held: ServerResponse[] = [];
		const release = (): void => held.splice(0).forEach((response) => void response.end("held"));
		let pausedAtMs = 0;
		// The others must all be done by then: on another machine that takes longer.
		const pauseSeconds = method === "cluster" ? 3 : 1;
		const answer = (request: IncomingMessage, response: ServerResponse): void => {
			if (request.headers.host?.startsWith("localhost")) return void response.end("other host");
			const isPaused = pausedAtMs > 0 && performance.now() - pausedAtMs < pauseSeconds * 1000 - 10;
			assert(!isPaused, `${request.url} came within the pause`);
			if (pausedAtMs > 0) return void response.end("after the pause");
			held.push(response);
			// All four slots of the host are taken: one is told to wait, and the others stay where they are.
			if (held.length < 4) return;
			pausedAtMs = performance.now();
			held
				.pop()
				?.writeHead(429, { "Retry-After": String(pauseSeconds) })
				.end();
			setTimeout(release, pauseSeconds * 1000);
		};
		const errors: unknown[] = [];
		const lab = await startLab(context, method, (request, response) => {
			try {
				answer(request, response);
			} catch (error) {
				errors.push(error);
				response.end();
			}
		});
		const urls = [...list(lab.url, 12), ...list(lab.otherUrl, 6)];
		const { summary, outcomes } = await lab.run(urls, { concurrency: 8, perHost: 4 });
		assert.deepEqual(errors, []);
		assert.deepEqual([summary.saved, summary.retries], [18, 1]);
		assert(outcomes.slice(0, 6).every(({ url }) => url.startsWith(lab.otherUrl)));
	});

	test(`${method}: a host that hangs holds no other back`, patience, async (context) => {
		const hanging: ServerResponse[] = [];
		let others = 0;
		const lab = await startLab(context, method, (request, response) => {
			if (!request.headers.host?.startsWith("localhost")) return void hanging.push(response);
			response.end("quick");
			others++;
			// Only what the other host was let do frees this one.
			if (others === 60) setInterval(() => hanging.splice(0).forEach((one) => void one.end("slow")), 10).unref();
		});
		const { summary } = await lab.run([...list(lab.url, 20), ...list(lab.otherUrl, 60)], {
			concurrency: 8,
			perHost: 4,
		});
		assert.equal(summary.saved, 80);
	});

	test(`${method}: --timeout bounds an entry with all its attempts, and it alone`, patience, async (context) => {
		const lab = await startLab(context, method, ({ url }, response) => {
			if (url === "/busy") response.writeHead(503).end();
			else if (url !== "/hangs") response.end("fine");
		});
		const { summary, outcomes } = await lab.run(["/hangs", "/busy", ...list(lab.url, 10)], {
			timeout: 1.5,
			retries: 1000,
		});
		assert.deepEqual([summary.saved, summary.failed], [10, 2]);
		assert.deepEqual(summary.errors, { timeout: 2 });
		assert.equal(outcomes.find(({ url }) => url.endsWith("/hangs"))?.attempts, 1);
	});
}

function list(base: Lab["url"], count: number): string[] {
	return Array.from({ length: count }, (_, n) => `${base}/${new URL(base).hostname}-${n}`);
}
