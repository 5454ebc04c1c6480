/** Options that look at what is there already, where that is a bucket. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Answer } from "../runners/lab.ts";
import { startBucketLab } from "./bucket-lab.ts";

const patience = { timeout: 60_000 };

type Resource = { body: string; readonly etag?: boolean };

/** Files that change, with entity tags or without. */
function serving(resources: Readonly<Record<string, Resource>>): Answer {
	return (request, response) => {
		const { body = "", etag = false } = resources[request.url ?? ""] ?? {};
		const tag = `"${createHash("md5").update(body).digest("hex")}"`;
		if (etag) response.setHeader("ETag", tag);
		if (etag && request.headers["if-none-match"] === tag) response.writeHead(304).end();
		else response.end(body);
	};
}

test(
	"--refresh: what changed is replaced, what did not stays, and what was changed there is left alone",
	patience,
	async (context) => {
		const resources = {
			"/same": { body: "one", etag: true },
			"/plain": { body: "one" },
			"/changed": { body: "one", etag: true },
			"/changed-plain": { body: "one" },
			"/theirs": { body: "one", etag: true },
			"/removed": { body: "one", etag: true },
		};
		const { lab, s3, values } = await startBucketLab(context, serving(resources));
		const paths = Object.keys(resources);
		await lab.run(paths, values);
		for (const path of ["/changed", "/changed-plain", "/theirs"] as const) resources[path].body = "two";
		await s3.put("some/place/theirs", "own");
		await s3.remove("some/place/removed");
		const { outcomes } = await lab.run(paths, { ...values, refresh: true });
		const ends = outcomes.map(({ url, status, file }) => [new URL(url).pathname, status, file]).sort();
		assert.deepEqual(ends, [
			["/changed", "saved", "changed"],
			["/changed-plain", "saved", "changed-plain"],
			["/plain", "skipped", "plain"],
			["/removed", "saved", "removed"],
			["/same", "skipped", "same"],
			["/theirs", "saved", "theirs (1)"],
		]);
		for (const { url, file } of outcomes) {
			const [, resource] = Object.entries(resources).find(([path]) => path === new URL(url).pathname) ?? [];
			assert.equal(String(await s3.read(`some/place/${file}`)), resource?.body);
		}
		assert.equal(String(await s3.read("some/place/theirs")), "own");
		assert.equal((await s3.keys()).length, paths.length + 1);
		const asked = lab.requests.length;
		const again = await lab.run(paths, { ...values, refresh: true });
		assert.equal(again.summary.skipped, paths.length);
		const conditional = lab.requests.slice(asked).filter(({ headers }) => headers["if-none-match"] !== undefined);
		assert.equal(conditional.length, 4);
	},
);

test("--refresh: the answer to a replacement is lost, and it counts all the same", patience, async (context) => {
	const resources = { "/a": { body: "one", etag: true } };
	const { lab, s3, values } = await startBucketLab(context, serving(resources));
	await lab.run(["/a"], values);
	resources["/a"].body = "another";
	s3.faults.push({ fits: ({ method, url }) => method === "PUT" && url?.endsWith("/a") === true, kind: "lost" });
	const { outcomes } = await lab.run(["/a"], { ...values, refresh: true });
	assert.deepEqual(
		outcomes.map(({ status, file }) => [status, file]),
		[["saved", "a"]],
	);
	assert.deepEqual(s3.faults, []);
	assert.deepEqual(await s3.keys(), ["some/place/a"]);
	assert.equal(String(await s3.read("some/place/a")), "another");
});

test("digests of what is skipped are those of the bucket, whatever lies in DIR", patience, async (context) => {
	const { lab, values } = await startBucketLab(context);
	await lab.run(["/a"], values);
	await writeFile(join(lab.dir, "a"), "in DIR");
	const wanted = { ...values, writeChecksums: join(lab.dir, "sums") };
	const sha256 = createHash("sha256").update("/a").digest("hex");
	// The second time it is the journal that tells.
	for (let n = 0; n < 2; n++) {
		const { outcomes } = await lab.run(["/a"], wanted);
		assert.deepEqual(
			outcomes.map((one) => [one.status, one.sha256]),
			[["skipped", sha256]],
		);
	}
});

test("a dry run asks the bucket nothing, and DIR neither", patience, async (context) => {
	const { lab, s3, values } = await startBucketLab(context);
	await lab.run(["/a"], values);
	await writeFile(join(lab.dir, "b"), "in DIR");
	const asked = s3.requests.length;
	const { summary, events } = await lab.run(["/a", "/b"], { ...values, dryRun: true });
	assert.deepEqual([summary.skipped, summary.saved], [1, 1]);
	assert.equal(s3.requests.length, asked);
	assert(!events.some(({ type }) => type === "warning"));
});

test(
	"a store that refuses all conditions can be used where everything may be overwritten",
	patience,
	async (context) => {
		const { lab, s3, values } = await startBucketLab(context, undefined, { conditions: "refused" });
		await assert.rejects(lab.run(["/a"], values), /NotImplemented/);
		assert.equal((await lab.run(["/a"], { ...values, onExists: "overwrite" })).summary.saved, 1);
		assert.deepEqual(await s3.keys(), ["some/place/a"]);
	},
);
