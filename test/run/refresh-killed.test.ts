/** `--refresh` after a run that was killed when it had replaced a file and not recorded that. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { entryKey } from "../../src/journal/entry-key.ts";
import { processPlace } from "../../src/journal/process-identity.ts";
import { serve } from "../download/serve.ts";
import { contentOf, filesIn, type ListRun, runList } from "./run-list.ts";

const dates = {
	one: "Wed, 21 Oct 2015 07:28:00 GMT",
	two: "Wed, 21 Oct 2020 07:28:00 GMT",
	six: "Wed, 21 Oct 2024 07:28:00 GMT",
} as const;
type Text = keyof typeof dates;

const validators: Readonly<Record<string, (text: Text) => Readonly<Record<string, string>>>> = {
	"an entity tag": (text) => ({ etag: `"${text}"` }),
	"a date": (text) => ({ "last-modified": dates[text] }),
	"no version": () => ({}),
};

type Killed = {
	readonly dir: string;
	/** Runs the list again, of which the server has another version then. */
	again(text: Text, options?: NonNullable<Parameters<typeof runList>[2]>["options"]): Promise<ListRun>;
};

/** A run has saved `one`; another one has put `two` in its place, and was killed. @param editedMs - How long after that somebody changed it; 0 where nobody did. */
async function killed(
	context: TestContext,
	fieldsOf: (text: Text) => Readonly<Record<string, string>>,
	editedMs = 0,
): Promise<Killed> {
	let now: Text = "one";
	const { url } = await serve(context, (_, response) => void response.writeHead(200, fieldsOf(now)).end(now));
	const list = `${url}/a`;
	const { dir } = await runList(context, list, { options: { sha256: true } });
	const atMs = Date.now() + 1;
	writeFileSync(join(dir, "a"), "two");
	const modified = fieldsOf("two")["last-modified"];
	const mtimeMs = editedMs > 0 ? atMs + editedMs : modified === undefined ? atMs : Date.parse(modified);
	utimesSync(join(dir, "a"), mtimeMs / 1000, mtimeMs / 1000);
	const owners = join(dir, ".downspout/owners");
	mkdirSync(owners, { recursive: true });
	const gone = { pid: 4_194_300, startTicks: "1", coordinatorPid: 4_194_300, coordinatorStartTicks: "1" };
	writeFileSync(join(owners, "killed-async-1.json"), JSON.stringify({ place: processPlace(), ...gone }));
	const intent = { key: entryKey(list, undefined), file: "a", bytes: 3, source: "killed-async-1~1", replaces: atMs };
	writeFileSync(join(owners, "killed-async-1.0.intents"), `${JSON.stringify(intent)}\n`);
	return {
		dir,
		again(text, options) {
			now = text;
			return runList(context, list, { dir, options: { refresh: true, ...options } });
		},
	};
}

for (const [name, fieldsOf] of Object.entries(validators)) {
	test(`${name}: what the killed run put there is replaced in its turn`, async (context) => {
		const { dir, again } = await killed(context, fieldsOf);
		await again("six");
		assert.deepEqual(filesIn(dir), ["a"]);
		assert.equal(contentOf(dir, "a"), "six");
	});

	test(`${name}: what somebody changed after that is left alone`, async (context) => {
		const { dir, again } = await killed(context, fieldsOf, 60_000);
		await again("six");
		assert.deepEqual(filesIn(dir), ["a", "a (1)"]);
		assert.equal(contentOf(dir, "a"), "two");
	});
}

test("its digest is not that of the file before", async (context) => {
	const { again } = await killed(context, () => ({}));
	const { outcomes } = await again("two", { sha256: true });
	assert.equal(outcomes[0]?.status, "skipped");
	assert.equal(outcomes[0]?.sha256, createHash("sha256").update("two").digest("hex"));
});
