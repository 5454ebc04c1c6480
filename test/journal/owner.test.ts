/** What a worker announces and takes back, as the next run would understand it after a kill at that moment. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Intent, stateLayout } from "../../src/core/state-layout.ts";
import { absorbIntents } from "../../src/journal/intents.ts";
import { createOwner, intentsPath } from "../../src/journal/owner.ts";
import { createFolders } from "../../src/store/folders.ts";
import { newPart } from "../../src/store/part.ts";
import { createPublisher, type PublicationEnd } from "../../src/store/publish.ts";
import { downspout } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { cannotFault, faultyEnvironment } from "../faults/faults.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { cannotMount, mountTmpfs } from "../store/mounts.ts";

type Worker = ReturnType<typeof announce>;

function announce(dir: string) {
	const layout = stateLayout(dir);
	for (const folder of [layout.parts, layout.owners]) mkdirSync(folder, { recursive: true });
	return { dir, layout, owner: createOwner(layout, "run-async-1", { coordinatorPid: process.pid }) };
}

/** What the next run takes for published. */
function published({ dir, layout, owner }: Worker): string[] {
	const files: string[] = [];
	absorbIntents({ dir, layout, id: owner.id, onPublished: ({ file }) => files.push(file) });
	return files;
}

test("a name that was taken by a file of the same size is not taken for ours", (context) => {
	const dir = join(freshFolder(context), "downloads");
	const worker = announce(dir);
	const publisher = createPublisher({
		store: { parts: worker.layout.parts, ownerId: worker.owner.id },
		owner: worker.owner,
		folders: createFolders(dir, { evade: false, fsync: false }),
		onExists: "fail",
		fsync: false,
	});
	const ends: PublicationEnd[] = [];
	const add = (name: string): void => {
		const part = { ...newPart(name), bytes: 4, memory: Buffer.from("ours") };
		publisher.add({ part, folder: "", name, settle: (end) => ends.push(end) });
	};
	writeFileSync(join(dir, "taken"), "else");
	add("taken");
	add("free");
	publisher.flush();
	assert.deepEqual(
		ends.map(({ kind }) => kind),
		["exists", "published"],
	);
	assert.equal(readFileSync(join(dir, "taken"), "utf8"), "else");
	assert.deepEqual(published(worker), ["free"]);
});

test("of what a full disk keeps from being announced nothing stays, and later announcements count", {
	skip: cannotMount,
}, (context) => {
	const dir = join(mountTmpfs(context), "downloads");
	const worker = announce(dir);
	const intent = (file: string): Intent => ({ key: "0".repeat(20), file, bytes: 1, source: `run-async-1~${file}` });
	const many = Array.from({ length: 4000 }, (_, n) => intent(`file-${n}`));
	worker.owner.intend([intent("first")]);
	const path = intentsPath(worker.layout, worker.owner.id, 0);
	const { size } = statSync(path);
	writeFileSync(join(dir, "filler"), Buffer.alloc(900 * 1024));
	assert.throws(() => worker.owner.intend(many), { code: "ENOSPC" });
	assert.equal(statSync(path).size, size);
	rmSync(join(dir, "filler"));
	worker.owner.intend([intent("last")]);
	worker.owner.retire();
	for (const file of ["first", "file-0", "last"]) writeFileSync(join(dir, file), "x");
	assert.deepEqual(published(worker), ["first", "last"]);
});

test("who cannot be announced answers at no socket", (context) => {
	const dir = join(freshFolder(context), "downloads");
	const { layout, owner } = announce(dir);
	context.after(owner.retire);
	const name = "run-async-2";
	writeFileSync(join(layout.owners, `${name}.json`), "");
	assert.throws(() => createOwner(layout, name, { coordinatorPid: process.pid }), { code: "EEXIST" });
	assert(!readdirSync(layout.owners).includes(`${name}.sock`));
});

test("of dead owners the announcements go last: what nobody announced would lie there for minutes after a kill", {
	skip: cannotFault,
}, async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const cwd = freshFolder(context);
	const { owners } = stateLayout(join(cwd, "downloads"));
	mkdirSync(owners, { recursive: true });
	const left = JSON.stringify({ pid: 1, place: "", coordinatorPid: 1, left: true });
	// Folders list their files in an order of their own.
	const names = Array.from({ length: 8 }, (_, n) => [`run-async-${n}.json`, `run-async-${n}.0.intents`]);
	for (const [n, pair] of names.entries()) {
		for (const name of n % 2 === 0 ? pair : pair.reverse()) {
			writeFileSync(join(owners, name), name.endsWith("json") ? left : "");
		}
	}
	const calls = join(cwd, "calls");
	const { code, stderr } = await downspout([`${url}/f`, "-d", "downloads", "-q"], {
		cwd,
		env: faultyEnvironment([], calls),
	});
	assert.equal(code, 0, stderr);
	const unlinks = readFileSync(calls, "utf8").split("\n");
	const places = (kind: string): number[] =>
		names.map((_, n) => unlinks.findIndex((line) => line.startsWith("unlink ") && line.endsWith(`-${n}.${kind}`)));
	assert(Math.min(...places("0.intents")) >= 0);
	assert(Math.max(...places("0.intents")) < Math.min(...places("json")), unlinks.join("\n"));
});
