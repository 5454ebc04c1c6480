/** Two runs in one directory at once: each writes a journal of its own, none repairs that of the other, and nothing of either is lost. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { stateLayout } from "../../src/core/state-layout.ts";
import { openDirectory } from "../../src/journal/directory.ts";
import { entryKey } from "../../src/journal/entry-key.ts";
import { type Journal, type JournalOptions, openJournal } from "../../src/journal/journal.ts";
import { loadJournal } from "../../src/journal/load-journal.ts";
import { findSideJournals } from "../../src/journal/side-journals.ts";
import { startDownspout, waitForEnd } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { cannotFault, faultyEnvironment } from "../faults/faults.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { contentOf, filesIn, runList } from "../run/run-list.ts";

const count = 200;

for (const { name, tail, env } of [
	{ name: "a torn tail", tail: '{"key":"0123', env: {} },
	{ name: "a damaged line", tail: "\0\0\0 damage\n", env: {} },
	{ name: "a torn tail that is cut late", tail: '{"key":"0123', env: "late" },
] as const) {
	test(`two runs that start at once over a journal with ${name}`, {
		skip: env === "late" ? cannotFault : false,
	}, async (context) => {
		let isFirstThere = false;
		const waiting: (() => void)[] = [];
		const { url } = await serve(context, ({ url: path }, response) => {
			if (path === "/a0") {
				isFirstThere = true;
				for (const answer of waiting) answer();
			}
			// The second goes on until the first, which may be late, is done with the journal.
			if (path === `/b${count - 1}` && !isFirstThere) waiting.push(() => response.end(path));
			else response.end(path);
		});
		const folder = freshFolder(context);
		const dir = join(folder, "downloads");
		const { journal, state } = stateLayout(dir);
		await runList(context, `${url}/before`, { dir });
		appendFileSync(journal, tail);
		const late = env === "late" ? faultyEnvironment([{ call: "ftruncate", path: "journal", how: "delay600" }]) : {};
		const lists = ["a", "b"].map((run) => {
			const list = join(folder, run);
			writeFileSync(
				list,
				["before", ...Array.from({ length: count }, (_, n) => `${run}${n}`)].map((one) => `${url}/${one}\n`).join(""),
			);
			return list;
		});
		const both = await Promise.all(
			lists.map((list, n) =>
				waitForEnd(
					startDownspout([list, "-d", dir, "--log-dir", join(folder, "logs"), "--json", "-q"], {
						env: n === 0 ? late : {},
					}),
				),
			),
		);
		for (const { code, stderr, stdout } of both) {
			assert.equal(code, 0, stderr);
			assert.deepEqual([JSON.parse(stdout).saved, JSON.parse(stdout).skipped], [count, 1]);
		}
		assert.equal(filesIn(dir).length, 2 * count + 1);
		for (const file of filesIn(dir)) assert.equal(contentOf(dir, file), `/${file}`);
		const list = lists.map((path) => readFileSync(path, "utf8")).join("");
		const third = await runList(context, list, { dir });
		assert.equal(third.summary.skipped, 2 * count + 1);
		assert.deepEqual(
			readdirSync(state).filter((one) => one.startsWith("journal-") || one.includes(".new")),
			[],
		);
		assert.equal((await runList(context, list, { dir })).summary.skipped, 2 * count + 1);
	});
}

test("--fresh beside a run that goes on leaves that run its journal", async (context) => {
	let go: (() => void) | undefined;
	const { url } = await serve(context, (request, response) => {
		if (request.url === "/slow") go = () => response.end("slow");
		else response.end("text");
	});
	const dir = join(freshFolder(context), "downloads");
	let saved = 0;
	const other: Promise<unknown>[] = [];
	const slow = runList(context, `${url}/a\n${url}/slow`, {
		dir,
		onEvent(event) {
			if (event.type !== "ended" || ++saved > 1) return;
			other.push(runList(context, `${url}/a`, { dir, options: { fresh: true } }).finally(() => go?.()));
		},
	});
	await slow;
	await Promise.all(other);
	assert.deepEqual(filesIn(dir), ["a", "a (1)", "slow"]);
	const third = await runList(context, `${url}/a\n${url}/slow`, { dir });
	assert.equal(third.summary.skipped, 2);
});

const file = (n: number): { readonly file: string; readonly bytes: number } => ({ file: `f${n}`, bytes: n });
const keyOf = (n: number): string => entryKey(`http://host/${n}`, undefined);

function open(context: TestContext, dir: string, more: Partial<JournalOptions> = {}): Journal & { warnings: string[] } {
	const layout = stateLayout(dir);
	mkdirSync(layout.state, { recursive: true });
	const warnings: string[] = [];
	const journal = openJournal({
		...{
			layout,
			run: "one",
			isAlone: true,
			sides: findSideJournals(layout),
			isLiving: () => false,
			fresh: false,
			fsync: false,
			onUnflushed: assert.fail,
		},
		warn: (message) => warnings.push(message),
		...more,
	});
	context.after(() => {
		try {
			journal.close();
		} catch {
			// The test has closed it.
		}
	});
	return { ...journal, warnings };
}

function save(journal: Journal, n: number): void {
	journal.record({ key: keyOf(n), status: "saved", ...file(n) });
	journal.flush();
}

test("a run that is not alone knows what others have recorded, and leaves their files as they are", (context) => {
	const dir = freshFolder(context);
	const { journal: path, state } = stateLayout(dir);
	const one = open(context, dir);
	save(one, 1);
	const two = open(context, dir, { run: "two", isAlone: false });
	save(two, 2);
	// As a write of the first that is under way.
	appendFileSync(path, '{"key":');
	const before = readFileSync(path, "utf8");
	const three = open(context, dir, { run: "three", isAlone: false, isLiving: () => true });
	assert.deepEqual(
		[1, 2, 4].map((n) => three.meet(keyOf(n)).saved),
		[file(1), file(2), undefined],
	);
	save(three, 3);
	for (const journal of [two, three]) journal.close();
	assert.equal(readFileSync(path, "utf8"), before);
	one.close();
	const last = open(context, dir, { run: "last" });
	assert.deepEqual(
		[1, 2, 3].map((n) => last.meet(keyOf(n)).saved),
		[1, 2, 3].map(file),
	);
	assert.deepEqual(readdirSync(state), ["journal.jsonl"]);
	assert.deepEqual(last.warnings, []);
});

test("a damaged journal of a side is set aside, and what can be read of it is kept", (context) => {
	const dir = freshFolder(context);
	const { state } = stateLayout(dir);
	const side = open(context, dir, { run: "side", isAlone: false });
	save(side, 1);
	appendFileSync(join(state, "journal-side.jsonl"), "\0\0 damage\n");
	save(side, 2);
	side.close();
	const next = open(context, dir, { run: "next" });
	assert.deepEqual(
		[1, 2].map((n) => next.meet(keyOf(n)).saved),
		[1, 2].map(file),
	);
	assert.equal(next.warnings.length, 1);
	assert.deepEqual(readdirSync(state).sort(), ["journal-side.jsonl.damaged", "journal.jsonl"]);
});

test("runs that put a journal right at once, each thinking itself alone, do not disturb each other", (context) => {
	const dir = freshFolder(context);
	const { state, journal: path } = stateLayout(dir);
	const one = open(context, dir);
	for (const n of [1, 2, 3]) save(one, n);
	one.close();
	appendFileSync(path, "\0\0 damage\n");
	const warn = (): void => {};
	let met = 0;
	const onRecord = (): void => {
		// In the midst of writing what is good, after it was read once.
		if (++met === 5) loadJournal(path, { warn, run: "two", onRecord: warn });
	};
	loadJournal(path, { warn, run: "one", onRecord });
	assert.equal(met, 6);
	const next = open(context, dir, { run: "next" });
	assert.deepEqual(
		[1, 2, 3].map((n) => next.meet(keyOf(n)).saved),
		[1, 2, 3].map(file),
	);
	assert.deepEqual(next.warnings, []);
	assert.deepEqual(
		readdirSync(state).filter((name) => name.includes(".new")),
		[],
	);
});

test("what failed later is no reason to fetch what is still there", (context) => {
	const dir = freshFolder(context);
	const one = open(context, dir);
	save(one, 1);
	one.record({ key: keyOf(1), status: "failed", code: "http_404" });
	one.close();
	assert.deepEqual(open(context, dir, { run: "next" }).meet(keyOf(1)).saved, file(1));
});

test("a run that was taken for dead goes on in a journal of its own", (context) => {
	const dir = freshFolder(context);
	const { state, journal: path } = stateLayout(dir);
	const one = open(context, dir);
	save(one, 1);
	one.close();
	const paused = open(context, dir, { run: "paused" });
	const before = readFileSync(path, "utf8");
	for (let times = 0; times < 2; times++) paused.stepAside();
	save(paused, 2);
	assert.deepEqual(paused.meet(keyOf(1)).saved, file(1));
	assert.equal(readFileSync(path, "utf8"), before);
	assert.deepEqual(readdirSync(state).sort(), ["journal-paused.jsonl", "journal.jsonl"]);
	paused.close();
	const next = open(context, dir, { run: "next" });
	assert.deepEqual(
		[1, 2].map((n) => next.meet(keyOf(n)).saved),
		[1, 2].map(file),
	);
});

test("what runs that are over have recorded is taken over by one that is not alone, once", (context) => {
	const dir = freshFolder(context);
	const { state } = stateLayout(dir);
	const one = open(context, dir, { run: "one" });
	save(one, 1);
	for (let n = 2; n < 12; n++) {
		const next = open(context, dir, { run: `run-${n}`, isAlone: false, isLiving: (run) => run === "one" });
		for (let earlier = 1; earlier < n; earlier++) assert.deepEqual(next.meet(keyOf(earlier)).saved, file(earlier));
		save(next, n);
		next.close();
	}
	assert.deepEqual(readdirSync(state).sort(), ["journal-run-11.jsonl", "journal.jsonl"]);
	assert.equal(readFileSync(join(state, "journal-run-11.jsonl"), "utf8").trim().split("\n").length, 10);
	const idle = open(context, dir, { run: "idle", isAlone: false, isLiving: () => true, fresh: true });
	idle.close();
	assert.equal(readdirSync(state).length, 2);
});

test("the journal of a run that comes while another repairs its own is left to that run", async (context) => {
	const dir = freshFolder(context);
	const { state, journal: path } = stateLayout(dir);
	mkdirSync(state, { recursive: true });
	writeFileSync(path, "\0\0 damage\n");
	let beside: Journal | undefined;
	const directory = await openDirectory({
		...{ dir, run: "one", fresh: false, fsync: false, onUnflushed: assert.fail },
		// Told in the midst of the repair.
		warn() {
			beside = open(context, dir, { run: "two", isAlone: false, isLiving: () => true });
			save(beside, 2);
		},
	});
	assert(beside);
	save(beside, 3);
	beside.close();
	directory.close();
	const next = open(context, dir, { run: "next" });
	assert.deepEqual(
		[2, 3].map((n) => next.meet(keyOf(n)).saved),
		[2, 3].map(file),
	);
});
