/** A worker whose work was given to others while it slept: what it has then is nobody's to continue. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { resolveOptions } from "../../src/core/resolve-options.ts";
import { stateLayout } from "../../src/core/state-layout.ts";
import { openDestination } from "../../src/download/destination.ts";
import { revokeOwners } from "../../src/journal/owners.ts";
import { append, claimPart, newPart, type Part, type PartStore, release } from "../../src/store/part.ts";
import { freshFolder } from "../run/fresh-folder.ts";

const key = "0123456789abcdef0123";
const source = { url: "http://example.org/f", etag: '"1"', totalBytes: 1_000_000 };

type Lab = { readonly store: PartStore; readonly parts: () => readonly string[]; readonly giveToOthers: () => void };

/** A cluster worker's place in a sink. */
async function startLab(context: TestContext): Promise<Lab> {
	const dir = freshFolder(context);
	const layout = stateLayout(dir);
	for (const folder of [layout.parts, layout.owners]) mkdirSync(folder, { recursive: true });
	const ownerId = "run-cluster-1-async-1";
	const resolved = resolveOptions({ method: "async" }, { version: "test", cores: 1 });
	const options = { ...resolved, dir, revocable: true };
	const { store, owner } = await openDestination({ options, ownerId, coordinatorPid: process.pid, concurrency: 1 });
	context.after(() => owner.retire());
	return {
		store,
		parts: () => readdirSync(layout.parts),
		giveToOthers: () => void revokeOwners(layout, (id) => id === ownerId),
	};
}

function partOf(store: PartStore, bytes: number): Part {
	const part = newPart(key);
	part.source = source;
	append(store, part, Buffer.alloc(bytes, "a"));
	return part;
}

test("bytes in memory are not put down", async (context) => {
	const { store, parts, giveToOthers } = await startLab(context);
	const part = partOf(store, 1000);
	giveToOthers();
	assert.equal(release(store, part), false);
	assert.deepEqual(parts(), []);
});

test("bytes that need a file now get none", async (context) => {
	const { store, parts, giveToOthers } = await startLab(context);
	const part = partOf(store, 1000);
	giveToOthers();
	assert.throws(() => append(store, part, Buffer.alloc(200_000)), { code: "owner_revoked" });
	assert.deepEqual(parts(), []);
});

test("a part that others may continue stays theirs", async (context) => {
	const { store, parts, giveToOthers } = await startLab(context);
	release(store, partOf(store, 1000));
	giveToOthers();
	assert.equal(claimPart(store, key).bytes, 0);
	assert.deepEqual(parts(), [key]);
});

test("as long as the work is its own, all of that is done", async (context) => {
	const { store, parts } = await startLab(context);
	assert(release(store, partOf(store, 1000)));
	assert.deepEqual(parts(), [key]);
	const part = claimPart(store, key);
	append(store, part, Buffer.alloc(200_000));
	assert(release(store, part));
	assert.equal(claimPart(store, key).bytes, 201_000);
});
