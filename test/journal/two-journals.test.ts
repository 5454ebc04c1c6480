/** Runs with journals of their own save into one sink: what a killed one published there is for its own journal to know. */
import assert from "node:assert/strict";
import { linkSync, readdirSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { stateLayout } from "../../src/core/state-layout.ts";
import { type Directory, openDirectory } from "../../src/journal/directory.ts";
import { createOwner } from "../../src/journal/owner.ts";
import { leaveOwners } from "../../src/journal/owners.ts";
import { freshFolder } from "../run/fresh-folder.ts";

const key = "0123456789abcdef0123";
const monthMs = 31 * 86_400_000;

type Lab = {
	readonly sink: string;
	open(run: string, journal: string | undefined): Promise<Directory>;
	/** Gives a file its name in the sink, and dies before that is recorded. */
	publishAndDie(run: string): void;
};

function startLab(context: TestContext): Lab {
	const folder = freshFolder(context);
	const sink = join(folder, "sink");
	const layout = stateLayout(sink);
	return {
		sink,
		open: (run, journal) =>
			openDirectory({
				dir: sink,
				run,
				fresh: false,
				fsync: false,
				...(journal === undefined ? {} : { journalDir: join(folder, journal) }),
				onUnflushed() {},
				warn: (message) => assert.fail(message),
			}),
		publishAndDie(run) {
			const owner = createOwner(layout, `${run}-async-1`, { coordinatorPid: process.pid });
			const source = `${run}-async-1~1`;
			writeFileSync(join(layout.parts, source), "body");
			owner.intend([{ key, file: "file", bytes: 4, source }]);
			linkSync(join(layout.parts, source), join(sink, "file"));
			unlinkSync(join(layout.parts, source));
			owner.retire();
			leaveOwners(layout, (id) => id.startsWith(`${run}-`));
		},
	};
}

for (const [killed, other] of [
	["a", "b"],
	["a", undefined],
	[undefined, "b"],
] as const) {
	const named = (journal: string | undefined): string => (journal === undefined ? "in the sink" : "elsewhere");
	test(`a run was killed whose journal lies ${named(killed)}, and one comes whose journal lies ${named(other)}`, async (context) => {
		const lab = startLab(context);
		await lab.open("first", killed);
		lab.publishAndDie("first");
		const second = await lab.open("second", other);
		assert.deepEqual(second.journal.meet(key), { seen: false });
		second.close();
		const third = await lab.open("third", killed);
		assert.deepEqual(third.journal.meet(key).saved?.file, "file");
		third.close();
		assert.deepEqual(readdirSync(stateLayout(lab.sink).owners), []);
	});
}

test("what nobody has come back for in a month is taken over by whoever comes", async (context) => {
	const lab = startLab(context);
	await lab.open("first", "a");
	lab.publishAndDie("first");
	const { owners } = stateLayout(lab.sink);
	const oldSeconds = (Date.now() - monthMs) / 1000;
	for (const name of readdirSync(owners)) utimesSync(join(owners, name), oldSeconds, oldSeconds);
	const second = await lab.open("second", "b");
	assert.deepEqual(second.journal.meet(key).saved?.file, "file");
	second.close();
	assert.deepEqual(readdirSync(owners), []);
});
