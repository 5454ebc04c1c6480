/** Large files in segments, killed at random moments: continued in all their pieces, whole, and only what is missing is asked for. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { downspout, startDownspout } from "../cli/run-downspout.ts";
import { bodyOf, mebibyte, serveLarge } from "../download/large-file.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { filesIn, partsIn } from "../run/run-list.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { descendantsOf, outwait } from "./process-tree.ts";

const rounds = Number(process.env.DOWNSPOUT_KILL_ROUNDS ?? 1);
const kills = 3;
/** A run that nothing disturbs takes about two seconds. */
const body = bodyOf(1, 16 * mebibyte);
const longestLifeMs = 900;
/** What a kill loses: the last moments of what came, and what an answer that is cut off had under way. */
const lostByKill = 3 * mebibyte;

for (const method of ["async", "threads", "processes", "mix"]) {
	test(`${method}: killed ${kills} times in ${rounds} rounds, a file in segments is whole at its end`, {
		skip: skipUnlessLinux,
	}, async (context) => {
		for (let round = 0; round < rounds; round++) {
			const server = await serveLarge(context, { body, paceMs: 30 });
			const folder = freshFolder(context);
			const dir = join(folder, "files");
			writeFileSync(join(folder, "list"), `${server.url}/f\n`);
			const args = ["list", "-d", dir, "-m", method, "-w", "2", "--segments", "5", "--json", "-q"];
			for (let kill = 0; kill < kills; kill++) {
				const before = server.asked.length;
				const run = startDownspout(args, { cwd: folder });
				run.stdout?.resume();
				run.stderr?.resume();
				const gone = once(run, "exit");
				while (server.asked.length === before && run.exitCode === null) await sleep(5);
				await sleep(Math.random() * longestLifeMs);
				const children = run.pid === undefined ? [] : descendantsOf(run.pid);
				run.kill("SIGKILL");
				await gone;
				for (const name of filesIn(dir)) assert(readFileSync(join(dir, name)).equals(body), "a name with other bytes");
				// Half of the next runs start while workers of this one still end.
				if (Math.random() < 0.5) await outwait(children, 20_000);
			}
			const { code, stdout, stderr } = await downspout(args, { cwd: folder });
			assert.equal(code, 0, stderr);
			assert.equal(JSON.parse(stdout).total, 1);
			assert(readFileSync(join(dir, "f")).equals(body));
			assert.deepEqual([filesIn(dir), partsIn(dir), readdirSync(join(dir, ".downspout/owners"))], [["f"], [], []]);
			const sent = server.asked.reduce((sum, one) => sum + one.sent, 0);
			context.diagnostic(`${server.asked.length} requests, ${(sent / body.length).toFixed(2)} times the file`);
			assert(sent < body.length + (kills + 1) * lostByKill, `${sent} bytes were sent`);
			const whole = server.requests.filter(({ headers }) => headers.range === undefined).length;
			assert(whole <= kills + 1);
		}
	});
}

test("two runs at once in one directory: each ends with the file whole", { skip: skipUnlessLinux }, async (context) => {
	const server = await serveLarge(context, { body, paceMs: 20 });
	const folder = freshFolder(context);
	const dir = join(folder, "files");
	writeFileSync(join(folder, "list"), `${server.url}/f\n`);
	const args = ["list", "-d", dir, "--segments", "4", "--json", "-q"];
	// What a killed run leaves is had by one of the two.
	const killed = startDownspout(args, { cwd: folder });
	killed.stdout?.resume();
	killed.stderr?.resume();
	while (server.asked.length < 4) await sleep(5);
	await sleep(300);
	killed.kill("SIGKILL");
	await once(killed, "exit");
	const ends = await Promise.all([1, 2].map(() => downspout(args, { cwd: folder })));
	assert.deepEqual(
		ends.map(({ code }) => code),
		[0, 0],
	);
	for (const name of filesIn(dir)) assert(readFileSync(join(dir, name)).equals(body), `${name} has other bytes`);
	assert(filesIn(dir).includes("f"));
	assert.deepEqual(partsIn(dir), []);
});
