/** Objects that are in the way: whose they are is told by their bytes and by nothing that could be the same by chance. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { OptionValues } from "../../src/core/option-values.ts";
import type { Answer } from "../runners/lab.ts";
import { startBucketLab } from "./bucket-lab.ts";

const patience = { timeout: 60_000 };
const longAgo = "Wed, 21 Oct 2015 07:28:00 GMT";

/** Whether an object that an earlier run has put there, and of which no journal tells, is taken for the entry's own. */
const cases: readonly {
	readonly name: string;
	readonly first: string;
	readonly second: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly encrypts?: boolean;
	readonly files: readonly string[];
}[] = [
	{ name: "the same bytes", first: "one", second: "one", files: ["a"] },
	{ name: "the same bytes, encrypted", first: "one", second: "one", encrypts: true, files: ["a"] },
	{
		name: "the same bytes of a large file, encrypted",
		first: "x".repeat(3e6),
		second: "x".repeat(3e6),
		encrypts: true,
		files: ["a"],
	},
	{ name: "other bytes of the same length", first: "one", second: "two", files: ["a", "a (1)"] },
	{ name: "other bytes, encrypted", first: "one", second: "two", encrypts: true, files: ["a", "a (1)"] },
	{
		name: "other bytes of the same date",
		first: "one",
		second: "two",
		headers: { "Last-Modified": longAgo },
		files: ["a", "a (1)"],
	},
	{
		name: "other bytes of the same weak tag",
		first: "one",
		second: "two",
		headers: { ETag: 'W/"1"' },
		files: ["a", "a (1)"],
	},
	{
		name: "the same tag, encrypted",
		first: "one",
		second: "one",
		headers: { ETag: '"1"' },
		encrypts: true,
		files: ["a"],
	},
	{
		name: "other bytes of tags that differ late",
		first: "one",
		second: "two",
		headers: { ETag: `"${"1".repeat(600)}"` },
		files: ["a", "a (1)"],
	},
];

for (const { name, first, second, headers = {}, encrypts = false, files } of cases) {
	test(`what is there already, of an entry that no journal knows: ${name}`, patience, async (context) => {
		let body = first;
		const answer: Answer = (_, response) => void response.writeHead(200, headers).end(body);
		const { lab, s3, values } = await startBucketLab(context, answer, { encrypts });
		await lab.run(["/a"], values);
		body = second;
		const { summary, outcomes } = await lab.run(["/a"], { ...values, fresh: true });
		assert.equal(summary.saved, 1, JSON.stringify(summary.errors));
		assert.deepEqual(
			await s3.keys(),
			files.map((file) => `some/place/${file}`),
		);
		assert.equal(String(await s3.read(`some/place/${outcomes[0]?.file}`)), second);
	});
}

test(
	"what was stored although the run heard of no end is found under its number by the next one",
	patience,
	async (context) => {
		const { lab, s3, values } = await startBucketLab(context);
		await s3.put("some/place/a.txt", "of somebody else");
		const isPut = (request: { method?: string | undefined; url?: string | undefined }): boolean =>
			request.method === "PUT" && /a%20(?:\(|%28)1(?:\)|%29)\.txt/.test(request.url ?? "");
		s3.faults.push({ fits: isPut, kind: "lost" });
		for (let n = 0; n < 4; n++) s3.faults.push({ fits: isPut, kind: 503 });
		const failed = await lab.run(["/1/a.txt"], { ...values, retries: 0 });
		assert.deepEqual(failed.summary.errors, { io: 1 });
		const { outcomes } = await lab.run(["/1/a.txt"], values);
		assert.deepEqual(
			outcomes.map(({ status, file }) => [status, file]),
			[["saved", "a (1).txt"]],
		);
		assert.deepEqual(await s3.keys(), ["some/place/a (1).txt", "some/place/a.txt"]);
	},
);

test("a name that is as long as keys may be, and taken, is evaded", patience, async (context) => {
	const { lab, s3, values } = await startBucketLab(context);
	const folder = Array.from({ length: 12 }, () => "\u20ac".repeat(25)).join("/");
	await s3.put(`some/place/${folder}/x`, "of somebody else");
	const { outcomes } = await lab.run([{ url: "/1", out: `${folder}/x` }], values);
	assert.equal(outcomes[0]?.file, `${folder}/x (1)`);
	// More than that a store refuses.
	assert(s3.longestMetadata() <= 2048);
});

test(
	"who may not list the bucket is told nothing of what is not there, and names are evaded all the same",
	patience,
	async (context) => {
		const { lab, s3, values } = await startBucketLab(context, undefined, { hidesMissing: true });
		await s3.put("some/place/a.txt", "of somebody else");
		const paths = ["/1/a.txt", "/2/a.txt", "/b.txt"];
		const first = await lab.run(paths, values);
		assert.equal(first.summary.saved, 3, JSON.stringify(first.summary.errors));
		assert.deepEqual(first.outcomes.map(({ file }) => file).sort(), ["a (1).txt", "a (2).txt", "b.txt"]);
		await s3.remove("some/place/b.txt");
		const { summary } = await lab.run(paths, values);
		assert.deepEqual([summary.skipped, summary.saved], [2, 1]);
	},
);

test(
	"a store that does not say whether a file is still there: the entry fails, and nothing is put beside it",
	patience,
	async (context) => {
		let body = "one";
		const { lab, s3, values } = await startBucketLab(context, (_, response) => void response.end(body));
		await lab.run(["/a"], values);
		body = "other";
		for (let n = 0; n < 5; n++) s3.faults.push({ fits: ({ method }) => method === "HEAD", kind: 503 });
		const { summary } = await lab.run(["/a"], { ...values, retries: 0 });
		assert.deepEqual(summary.errors, { io: 1 });
		assert.deepEqual(await s3.keys(), ["some/place/a"]);
	},
);

/** What lies in DIR under the name that a file has in the bucket has nothing to do with it. */
const besides: readonly (readonly [OptionValues, string])[] = [
	[{ onExists: "skip" }, "saved"],
	[{ onExists: "fail" }, "saved"],
	[{ onExists: "rename" }, "saved"],
];

for (const [options, status] of besides) {
	test(`a file of DIR is not taken for one of the bucket: ${JSON.stringify(options)}`, patience, async (context) => {
		const { lab, s3, values } = await startBucketLab(context);
		await writeFile(join(lab.dir, "a"), "in DIR");
		const { outcomes } = await lab.run(["/a"], { ...values, ...options });
		assert.deepEqual(
			outcomes.map((one) => [one.status, one.file]),
			[[status, "a"]],
		);
		assert.equal(String(await s3.read("some/place/a")), "/a");
	});
}
