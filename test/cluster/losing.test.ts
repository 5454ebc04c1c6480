/** Redis loses what goes through it, again and again: nothing goes on for ever without a word, and each entry ends once. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { Redis } from "ioredis";
import { createForgetting } from "../../src/cluster/forgetting.ts";
import { noLosses, oneMore, tooManyLosses, travelsAlone } from "../../src/cluster/losses.ts";
import { serve } from "../download/serve.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { startFaultLab } from "./fault-lab.ts";

const patience = { timeout: 240_000, skip: skipUnlessLinux };
/** Tells what is lost. */
const telling = ["--progress", "plain"];

test(
	"a Redis that is emptied all the time: exit 3 with the cause, and the same command goes on",
	patience,
	async (context) => {
		const lab = await startFaultLab(context);
		await lab.twoWorkers();
		const run = lab.start(telling);
		const client = new Redis(lab.redis.url);
		const emptying = setInterval(() => client.flushall().catch(() => {}), 20);
		const { code, stdout, stderr } = await run.ended.finally(() => {
			clearInterval(emptying);
			client.disconnect();
		});
		assert.equal(code, 3, stderr);
		assert.match(stderr, /warning something that went through Redis is lost: what is unfinished is handed out again/);
		assert.match(
			stderr,
			/warning all that goes through Redis is lost, again and again .*: waiting for it, 8 s at most/,
		);
		assert.match(stderr, /^downspout: Redis has lost all that goes through it for 8 s \(something empties it,/m);
		const { total, saved, cancelled } = JSON.parse(stdout);
		assert.equal(total, saved + cancelled);
		await lab.expectAll(await lab.start().ended);
	},
);

test(
	"an entry that never arrives while others do fails with the cause, and takes none along",
	patience,
	async (context) => {
		const lab = await startFaultLab(context, undefined, ["--client-output-buffer-limit", "normal 100000 0 0"]);
		const { url } = await serve(context, (_request, response) => void setTimeout(() => response.end("text"), 250));
		const large = { url: `${url}/large`, headers: { "X-Large": "x".repeat(150_000) } };
		// Some end between any two losses.
		const others = Array.from({ length: 400 }, (_, n) => ({ url: `${url}/${n}` }));
		await writeFile(lab.list, [large, ...others].map((one) => `${JSON.stringify(one)}\n`).join(""));
		await lab.worker({ args: ["-c", "4"] });
		const run = lab.start([...telling, "--format", "jsonl"]);
		const { code, stdout, stderr } = await run.ended;
		assert.equal(code, 1, stderr);
		const { total, saved, failed, errors } = JSON.parse(stdout);
		assert.deepEqual({ total, saved, failed, errors }, { total: 401, saved: 400, failed: 1, errors: { io: 1 } });
		assert.deepEqual(await lab.keys(), []);
	},
);

test("losses of a task count where others came through since the last one, and all when it travels alone", () => {
	let losses = noLosses;
	const counts = [0, 0, 0, 3, 4, 4, 4].map((settled) => {
		losses = oneMore(losses, settled);
		return [losses.count, travelsAlone(losses), tooManyLosses(losses)?.code];
	});
	assert.deepEqual(counts, [
		[1, false, undefined],
		[1, false, undefined],
		[1, false, undefined],
		[2, false, undefined],
		[3, true, undefined],
		[4, true, undefined],
		[5, true, "io"],
	]);
});

/** A letter for each beat: `l` with a loss, `c` when something came through, `.` neither. */
const histories: readonly (readonly [what: string, beats: string, barren: number])[] = [
	["a restart without its data, and batches that are missed later", `l....l${".".repeat(8)}`, 0],
	["losses without an end", "llllllll", 8],
	["batches that are evicted, each time", "l.....l.....l.....l", 19],
	["losses of which something comes through", "llllcl", 0],
	["losses that have ended", `llll${".".repeat(11)}`, 0],
];
for (const [what, beats, barren] of histories) {
	test(`whether a Redis is given up: ${what}`, () => {
		const forgetting = createForgetting();
		let told = 0;
		let last = 0;
		for (const beat of beats) {
			if (beat === "l") forgetting.lose();
			if (beat === "c") forgetting.came();
			const { barren, isNews } = forgetting.beat();
			last = barren;
			if (isNews) told++;
		}
		assert.deepEqual([last, told], [barren, beats.replace(/\./g, "").length > 2 ? 1 : 0]);
	});
}
