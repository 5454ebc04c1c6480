/** Origins that allow so many requests at once, or so many a second. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startOrigin } from "../../src/origin/origin.ts";

async function statuses(urls: readonly string[]): Promise<number[]> {
	const answers = await Promise.all(urls.map((url) => fetch(url)));
	await Promise.all(answers.map((answer) => answer.arrayBuffer()));
	return answers.map(({ status }) => status);
}

test("more than so many at once are refused, and a place that is given back is there again", async () => {
	await using origin = await startOrigin({ files: 20, latencyMs: 500, mostInFlight: 4, retryAfterSeconds: 2 });
	const urls = [...origin.urls()];
	const first = await statuses(urls.slice(0, 10));
	assert.equal(first.filter((status) => status === 200).length, 4);
	assert.equal(first.filter((status) => status === 429).length, 6);
	assert.deepEqual(await statuses(urls.slice(10, 14)), [200, 200, 200, 200]);
});

test("more than so many a second are refused, with Retry-After", async () => {
	await using origin = await startOrigin({ files: 20, requestsPerSecond: 5, retryAfterSeconds: 2 });
	const urls = [...origin.urls()];
	const first = await statuses(urls.slice(0, 10));
	assert.equal(first.filter((status) => status === 200).length, 5);
	const refused = await fetch(urls[11] ?? "");
	assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "2"]);
});
