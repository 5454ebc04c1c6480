/** Workers that die are replaced, and nothing is lost, doubled or torn; who kills workers is found out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Method } from "../../src/core/outcome.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { halfFileBytes, halfFileBytesOf, sendHalf } from "./half-file.ts";
import { createKiller } from "./killer.ts";
import { startLab } from "./lab.ts";
import { assertNothingLeft } from "./records.ts";

const patience = { timeout: 120_000, skip: skipUnlessLinux };

/** @param sharesParts - Whether the next worker sees what the one that died had of a file. */
export function testDeaths(
	method: Method,
	{ sharesParts }: { readonly sharesParts: boolean } = { sharesParts: true },
): void {
	test(`${method}: workers that die are replaced, and no file is lost or doubled`, patience, async (context) => {
		const killer = createKiller(context);
		const lab = await startLab(context, method, (request, response) => {
			// Twice, as threads are killed together: three deaths would be held against one that was always there.
			if ([20, 80].includes(lab.requests.length)) killer.killAsker(request);
			response.end(request.url);
		});
		const paths = Array.from({ length: 150 }, (_, n) => `/${n}.txt`);
		const { summary, outcomes, events } = await lab.run(paths, { concurrency: 12 });
		assert.deepEqual([summary.saved, summary.total], [150, 150]);
		assert(events.some((event) => event.type === "warning" && / died \(.+\) and is replaced$/.test(event.message)));
		const names = await lab.names();
		assert.deepEqual(names, paths.map((path) => path.slice(1)).sort());
		for (const name of names) assert.equal(String(await lab.read(name)), `/${name}`);
		assert(outcomes.every(({ file, url }) => url.endsWith(`/${file}`)));
		await assertNothingLeft(lab.dir);
		const asked = lab.requests.length;
		assert.equal((await lab.run(paths)).summary.skipped, 150);
		assert.equal(lab.requests.length, asked);
	});

	if (sharesParts) testContinuing(method);

	test(`${method}: an entry that kills three workers fails, and its neighbours do not`, patience, async (context) => {
		const killer = createKiller(context);
		/** The path that kills: the first one after a while that comes from a worker which can be killed. */
		let poison: string | undefined;
		const lab = await startLab(context, method, (request, response) => {
			const isVictim = method !== "mix" || killer.isChild(request);
			if (poison === undefined && lab.requests.length > 10 && isVictim) poison = request.url;
			if (request.url !== poison) return void setTimeout(() => response.end("fine"), 5);
			killer.killAsker(request);
			request.socket.destroy();
		});
		const paths = Array.from({ length: 40 }, (_, n) => `/${n}`);
		const { summary, outcomes } = await lab.run(paths, { concurrency: 8 });
		assert.deepEqual([summary.saved, summary.failed], [39, 1]);
		assert.deepEqual(summary.errors, { worker_crashed: 1 });
		const crashed = outcomes.find(({ status }) => status === "failed");
		assert(crashed !== undefined);
		assert.match(crashed.error?.message ?? "", /^3 workers died/);
		assert.equal(new URL(crashed.url).pathname, poison);
		await assertNothingLeft(lab.dir);
	});
}

function testContinuing(method: Method): void {
	test(`${method}: a large file goes on where its worker died`, patience, async (context) => {
		const killer = createKiller(context);
		const lab = await startLab(context, method, sendHalf);
		const paths = Array.from({ length: 6 }, (_, n) => `/large-${n}`);
		const halved = new Set<number>();
		let isKilled = false;
		const { summary } = await lab.run(
			paths,
			{ concurrency: 6, idleTimeout: 2 },
			{
				onEvent(event) {
					if (event.type === "progress" && event.bytes >= halfFileBytes / 2) halved.add(event.id);
					if (halved.size < paths.length || isKilled) return;
					isKilled = true;
					killer.killAll();
				},
			},
		);
		assert.equal(summary.saved, 6);
		const continued = lab.requests.filter(({ headers }) => headers.range === `bytes=${halfFileBytes / 2}-`);
		assert.deepEqual(continued.map(({ url }) => url).sort(), paths);
		for (const path of paths) assert((await lab.read(path.slice(1))).equals(halfFileBytesOf(path)), `${path} is torn`);
		await assertNothingLeft(lab.dir);
	});
}
