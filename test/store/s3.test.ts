/** A bucket as the place where files go: every promise of a directory, by a store's own means. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { OptionValues } from "../../src/core/option-values.ts";
import { echo, startBucketLab } from "./bucket-lab.ts";

const patience = { timeout: 60_000 };
const numbered = (count: number, name: (n: number) => string): string[] =>
	Array.from({ length: count }, (_, n) => name(n));

test(
	"files get their names in the bucket, DIR keeps the journal alone, and a rerun asks for nothing",
	patience,
	async (context) => {
		const { lab, s3, values } = await startBucketLab(context);
		const paths = [...numbered(30, (n) => `/${n}.txt`), "/a%20b%C3%BC.txt", "/$a!'()*+,;=@&~-_.txt"];
		const first = await lab.run(paths, { ...values, layout: "host" });
		assert.equal(first.summary.saved, 32, JSON.stringify(first.summary.errors));
		const keys = await s3.keys();
		assert.equal(keys.length, 32);
		// The SDK names the operation in the query of all that it sends itself, which costs ten times the time.
		assert.deepEqual(
			s3.requests.filter((one) => one.startsWith("PUT") && one.includes("x-id=")),
			[],
		);
		for (const { file, url } of first.outcomes) {
			assert(keys.includes(`some/place/${file}`), `${file} is not there`);
			assert.equal(String(await s3.read(`some/place/${file}`)), new URL(url).pathname);
		}
		assert.deepEqual(await readdir(lab.dir), [".downspout"]);
		assert.deepEqual(await readdir(join(lab.dir, ".downspout", "parts")), []);
		const asked = lab.requests.length;
		assert.equal((await lab.run(paths, { ...values, layout: "host" })).summary.skipped, 32);
		assert.equal(lab.requests.length, asked);
		// What somebody has removed is fetched again.
		await s3.remove(keys[0] ?? "");
		const third = await lab.run(paths, { ...values, layout: "host" });
		assert.deepEqual([third.summary.skipped, third.summary.saved], [31, 1]);
	},
);

test(
	"nothing is overwritten: names that are taken are evaded, skipped, refused or replaced, as asked for",
	patience,
	async (context) => {
		const { lab, s3, values } = await startBucketLab(context);
		await s3.put("some/place/a.txt", "of somebody else");
		const renamed = await lab.run(["/1/a.txt", "/2/a.txt"], values);
		assert.deepEqual(renamed.outcomes.map(({ file }) => file).sort(), ["a (1).txt", "a (2).txt"]);
		const { outcomes } = await lab.run(["/3/a.txt"], { ...values, onExists: "skip" });
		assert.deepEqual(
			outcomes.map(({ status, file }) => [status, file]),
			[["skipped", "a.txt"]],
		);
		const refused = await lab.run(["/4/a.txt"], { ...values, onExists: "fail" });
		assert.deepEqual(refused.summary.errors, { exists: 1 });
		assert.equal(String(await s3.read("some/place/a.txt")), "of somebody else");
		await lab.run(["/5/a.txt"], { ...values, onExists: "overwrite" });
		assert.equal(String(await s3.read("some/place/a.txt")), "/5/a.txt");
		assert.equal((await s3.keys()).length, 3);
	},
);

test("fifty files of one name at once all get their own", patience, async (context) => {
	const { lab, s3, values } = await startBucketLab(context);
	const { summary } = await lab.run(
		numbered(50, (n) => `/${n}/same.txt`),
		values,
	);
	assert.equal(summary.saved, 50);
	const bodies = await Promise.all((await s3.keys()).map(async (key) => String(await s3.read(key))));
	assert.deepEqual(bodies.sort(), numbered(50, (n) => `/${n}/same.txt`).sort());
});

test("refusals, cuts and lost answers are lived with, and nothing is there twice", patience, async (context) => {
	const { lab, s3, values } = await startBucketLab(context);
	const isPut =
		(name: string) =>
		({ method, url }: { method?: string | undefined; url?: string | undefined }) =>
			method === "PUT" && url?.includes(name) === true;
	s3.faults.push(
		{ fits: isPut("0.txt"), kind: 503 },
		{ fits: isPut("1.txt"), kind: 409 },
		{ fits: isPut("2.txt"), kind: "cut" },
		{ fits: isPut("3.txt"), kind: "lost" },
		{ fits: isPut("4.txt"), kind: "lost" },
		{ fits: isPut("4.txt"), kind: 503 },
		// Where that leads the SDK may know: it is asked from then on.
		{ fits: isPut("5.txt"), kind: 301 },
	);
	const { summary } = await lab.run(
		numbered(6, (n) => `/${n}.txt`),
		values,
	);
	assert.equal(summary.saved, 6);
	assert.deepEqual(s3.faults, []);
	assert(s3.requests.some((one) => one.includes("5.txt?x-id=PutObject")));
	assert.deepEqual(
		await s3.keys(),
		numbered(6, (n) => `some/place/${n}.txt`),
	);
});

test("what a killed run has stored without telling is recognised by the next one", patience, async (context) => {
	const { lab, s3, values } = await startBucketLab(context);
	await lab.run(["/a.txt"], values);
	// The journal never heard of it.
	const { summary, outcomes } = await lab.run(["/a.txt"], { ...values, fresh: true });
	assert.equal(summary.saved, 1);
	assert.equal(outcomes[0]?.file, "a.txt");
	assert.deepEqual(await s3.keys(), ["some/place/a.txt"]);
});

const largeBytes = 70 * 1024 * 1024;

test("a large file goes in pieces; what fails is sent again or given up without a trace", patience, async (context) => {
	const { lab, s3, values } = await startBucketLab(
		context,
		(_, response) => void response.end(Buffer.alloc(largeBytes, "0123456789")),
	);
	s3.faults.push(
		{ fits: ({ url }) => url?.includes("partNumber=3") === true, kind: 503 },
		{ fits: ({ url }) => url?.includes("partNumber=5") === true, kind: "cut" },
		{ fits: ({ method, url }) => method === "POST" && url?.includes("uploadId") === true, kind: "lost" },
	);
	const { summary } = await lab.run(["/large"], values);
	assert.equal(summary.saved, 1, JSON.stringify(summary.errors));
	assert.deepEqual(await s3.keys(), ["some/place/large"]);
	assert((await s3.read("some/place/large")).equals(Buffer.alloc(largeBytes, "0123456789")));
	const again = await lab.run(["/large"], { ...values, fresh: true });
	assert.deepEqual([again.summary.saved, again.outcomes[0]?.file], [1, "large"], "its ETag tells that it is the same");
	s3.faults.push({ fits: ({ url }) => url?.includes("partNumber=2") === true, kind: 403 });
	const refused = await lab.run(["/other"], { ...values, retries: 0 });
	assert.deepEqual(refused.summary.errors, { io: 1 });
	assert(s3.requests.some((request) => request.startsWith("DELETE /files/some/place/other?")));
	assert.deepEqual(await s3.keys(), ["some/place/large"]);
});

test("a stop aborts uploads in time, and the next run stores what is here already", patience, async (context) => {
	const body = Buffer.alloc(largeBytes, "abcdefgh");
	const { lab, s3, values } = await startBucketLab(context, ({ headers }, response) => {
		const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? "")?.[1] ?? 0);
		const range = from > 0 ? { "Content-Range": `bytes ${from}-${body.length - 1}/${body.length}` } : {};
		response.writeHead(from > 0 ? 206 : 200, { ETag: '"v1"', "Content-Length": body.length - from, ...range });
		response.end(body.subarray(from));
	});
	const abort = new AbortController();
	const fits = ({ url }: { url?: string | undefined }): boolean => {
		if (url?.includes("partNumber=4") !== true) return false;
		abort.abort(new Error("enough"));
		return false;
	};
	s3.faults.push({ fits, kind: 503 });
	const stopped = await lab.run(["/large"], values, { signal: abort.signal });
	assert.deepEqual([stopped.summary.cancelled, stopped.summary.saved], [1, 0]);
	assert.deepEqual(await s3.keys(), []);
	s3.faults.splice(0);
	const { summary } = await lab.run(["/large"], values);
	assert.equal(summary.saved, 1);
	assert.equal(lab.requests.at(-1)?.headers.range, `bytes=${largeBytes - 1}-`);
});

test("a bucket that cannot be used: one line, and nothing is asked for", patience, async (context) => {
	const { lab, s3, values } = await startBucketLab(context);
	const fails = async (message: RegExp, more: OptionValues = {}): Promise<void> => {
		await assert.rejects(lab.run(["/a"], { ...values, ...more }), (error: Error) => {
			assert.match(error.message, message);
			assert(!error.message.includes("\n"));
			return "code" in error && error.code === "sink_unusable";
		});
		assert.equal(lab.requests.length, 0);
	};
	await fails(
		/s3:\/\/nowhere\/: cannot be used: there is no such bucket|s3:\/\/nowhere\/ cannot be used: there is no such bucket/,
		{ sink: "s3://nowhere" },
	);
	s3.faults.push({ fits: ({ method }) => method === "PUT", kind: 403 });
	await fails(/s3:\/\/files\/some\/place\/ cannot be used: .*AccessDenied/);
	delete process.env.AWS_ACCESS_KEY_ID;
	delete process.env.AWS_SECRET_ACCESS_KEY;
	process.env.AWS_CONFIG_FILE = process.env.AWS_SHARED_CREDENTIALS_FILE = join(lab.dir, "none");
	await fails(/no credentials/);
	delete process.env.AWS_CONFIG_FILE;
	delete process.env.AWS_SHARED_CREDENTIALS_FILE;
});

test(
	"a store that ignores the condition is refused, unless everything may be overwritten",
	patience,
	async (context) => {
		const { lab, s3, values } = await startBucketLab(context, echo, { conditions: "ignored" });
		await assert.rejects(lab.run(["/a"], values), /ignores If-None-Match/);
		assert.equal(lab.requests.length, 0);
		assert.deepEqual(await s3.keys(), []);
		assert.equal((await lab.run(["/a"], { ...values, onExists: "overwrite" })).summary.saved, 1);
	},
);
