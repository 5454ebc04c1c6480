/** Stores that refuse everything from some moment on: the run ends with one message, and the same command goes on later. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { RunError } from "../../src/run/run-error.ts";
import { startRedis } from "../cluster/redis-server.ts";
import { startWorker } from "../cluster/worker-processes.ts";
import { echo, startBucketLab } from "./bucket-lab.ts";
import type { Told } from "./s3-server.ts";

const patience = { timeout: 60_000 };
const large = Buffer.alloc(3 * 1024 * 1024, "0123456789");
const errorOf = (code: string): string =>
	`<?xml version="1.0"?><Error><Code>${code}</Code><Message>said the store</Message></Error>`;

const refusals: readonly (readonly [reason: string, status: number, method: string, advice: RegExp])[] = [
	["ExpiredToken", 400, "async", /renew the credentials, then run the same command again/],
	["ExpiredToken", 400, "threads", /renew the credentials, then run the same command again/],
	["InvalidToken", 400, "processes", /renew the credentials, then run the same command again/],
	["InvalidAccessKeyId", 403, "async", /renew the credentials, then run the same command again/],
	["NoSuchBucket", 404, "async", /said the store/],
	["ExpiredToken", 400, "cluster", /renew the credentials, then run the same command again/],
];

/** A worker of a cluster. @returns Where it is met. */
async function meet(context: TestContext, sink: string): Promise<string> {
	const { url: redis } = await startRedis(context);
	await startWorker(context, { redis, sink });
	return redis;
}

for (const [reason, status, method, advice] of refusals) {
	test(`${method}: ${reason} within a run ends it, and a later one goes on`, patience, async (context) => {
		let onAsked = (): void => {};
		const { lab, s3, values } = await startBucketLab(context, (request, response) => {
			if (request.url === "/20.txt") onAsked();
			if (request.url !== "/large") return echo(request, response);
			const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
			const range = from > 0 ? { "Content-Range": `bytes ${from}-${large.length - 1}/${large.length}` } : {};
			response.writeHead(from > 0 ? 206 : 200, { ETag: '"v1"', "Content-Length": large.length - from, ...range });
			response.end(large.subarray(from));
		});
		const told: Told = { status, body: errorOf(reason) };
		onAsked = () => s3.faults.push({ fits: () => true, kind: told, stays: true });
		const paths = Array.from({ length: 400 }, (_, n) => `/${n}.txt`);
		paths.splice(21, 0, "/large");
		const redis = method === "cluster" ? await meet(context, values.sink ?? "") : undefined;
		const options = { ...values, method, concurrency: 8, segments: 1, ...(redis !== undefined && { redis }) };
		await assert.rejects(lab.run(paths, options), (error: RunError) => {
			assert.equal(error.code, "sink_unusable");
			assert.match(error.message, new RegExp(`${reason}: said the store`));
			assert.match(error.message, advice);
			const { summary } = error;
			assert(summary);
			assert.deepEqual(Object.keys(summary.errors), ["io"]);
			// Those that were in flight at that time.
			assert(summary.failed <= 40 && summary.saved < 100, JSON.stringify(summary));
			return true;
		});
		s3.faults.splice(0);
		onAsked = () => {};
		const { summary } = await lab.run(paths, options);
		assert.deepEqual([summary.saved + summary.skipped, summary.errors], [401, {}]);
		assert.equal((await s3.keys()).length, 401);
		assert((await s3.read("some/place/large")).equals(large));
	});
}

test("what was here when the credentials expired is not asked for again", patience, async (context) => {
	const { lab, s3, values } = await startBucketLab(context, (request, response) => {
		const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
		const range = from > 0 ? { "Content-Range": `bytes ${from}-${large.length - 1}/${large.length}` } : {};
		response.writeHead(from > 0 ? 206 : 200, { ETag: '"v1"', "Content-Length": large.length - from, ...range });
		response.end(large.subarray(from));
	});
	// HEAD has no room for a reason: it is found out by another request.
	const fits = ({ method, url }: { method?: string | undefined; url?: string | undefined }): boolean =>
		url?.includes("/.downspout/") === false && method !== "DELETE";
	s3.faults.push({ fits, kind: { status: 400, body: errorOf("ExpiredToken") }, stays: true });
	await assert.rejects(lab.run(["/large"], { ...values, segments: 1 }), /ExpiredToken: said the store .*renew/);
	s3.faults.splice(0);
	const { summary } = await lab.run(["/large"], { ...values, segments: 1 });
	assert.equal(summary.saved, 1);
	assert.deepEqual(
		lab.requests.map(({ headers }) => headers.range),
		[undefined, `bytes=${large.length - 1}-`],
	);
});

test("credentials that expire while it is only asked what is there still", patience, async (context) => {
	const { lab, s3, values } = await startBucketLab(context);
	const paths = Array.from({ length: 200 }, (_, n) => `/${n}.txt`);
	assert.equal((await lab.run(paths, values)).summary.saved, 200);
	let heads = 0;
	const fits = ({ method }: { method?: string | undefined }): boolean => {
		if (method === "HEAD") heads++;
		return heads > 20;
	};
	s3.faults.push({ fits, kind: { status: 400, body: errorOf("ExpiredToken") }, stays: true });
	await assert.rejects(lab.run(paths, { ...values, concurrency: 4 }), (error: RunError) => {
		assert.match(error.message, /ExpiredToken: said the store .*renew/);
		const { summary } = error;
		assert(summary && summary.failed <= 20 && summary.saved === 0, JSON.stringify(summary));
		return error.code === "sink_unusable";
	});
	assert.equal(lab.requests.length, 200);
	s3.faults.splice(0);
	assert.equal((await lab.run(paths, values)).summary.skipped, 200);
});
