/** Going on where an attempt stopped: within a run and across runs, and never with bytes of two versions. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { contentOf, entryOf, filesIn, partsIn, runList } from "../run/run-list.ts";
import { bytesOf, cut, cutOnce, date, offsetOf, rangeOf, save, send } from "./cut-bodies.ts";
import { serve } from "./serve.ts";

const sizes = { small: 50_000, large: 900_000 } as const;

for (const [name, size] of Object.entries(sizes)) {
	const half = size / 2;
	const body = bytesOf("a", size);

	test(`a ${name} body that is cut is continued with the strong ETag`, async (context) => {
		const version = { body, head: { etag: '"one"', "last-modified": date } };
		const { url, requests } = await serve(context, (request, response, nth) => {
			if (nth < 2) cut(response, version, { from: offsetOf(request), to: half + nth * 1000 });
			else send(response, version, offsetOf(request)).end(body.subarray(offsetOf(request)));
		});
		const { outcome, dir } = await save(context, `${url}/f`);
		assert.equal(contentOf(dir, "f"), body.toString());
		assert.equal(outcome.attempts, 3);
		assert.equal(outcome.bytes, size);
		assert.equal(outcome.httpStatus, 206);
		assert.deepEqual(requests.map(rangeOf), ["-", `bytes=${half}- "one"`, `bytes=${half + 1000}- "one"`]);
		assert.deepEqual(partsIn(dir), []);
	});

	test(`a ${name} body is continued with the date where there is no strong ETag`, async (context) => {
		for (const etag of [undefined, 'W/"weak"']) {
			const version = { body, head: { ...(etag ? { etag } : {}), "last-modified": date } };
			const { url, requests } = await cutOnce(context, version, half);
			const { dir } = await save(context, `${url}/f`);
			assert.equal(contentOf(dir, "f"), body.toString());
			assert.deepEqual(requests.map(rangeOf), ["-", `bytes=${half}- ${date}`]);
		}
	});

	test(`a ${name} body begins again where nothing proves its version`, async (context) => {
		for (const head of [{}, { etag: 'W/"weak"' }, { "last-modified": "yesterday" }]) {
			const { url, requests } = await cutOnce(context, { body, head }, half);
			const { dir } = await save(context, `${url}/f`);
			assert.equal(contentOf(dir, "f"), body.toString());
			assert.deepEqual(requests.map(rangeOf), ["-", "-"]);
		}
	});

	test(`a ${name} body is checked as a whole when it came in pieces`, async (context) => {
		const version = { body, head: { etag: '"one"' } };
		const { url } = await cutOnce(context, version, half);
		const entry = entryOf(`${url}/f`, { checksum: `sha-256=${hash("sha256", body)}` });
		const { outcomes, dir } = await runList(context, [entry]);
		assert.equal(outcomes[0]?.status, "saved");
		assert.equal(outcomes[0]?.sha256, hash("sha256", body));
		assert.equal(contentOf(dir, "f"), body.toString());
	});

	test(`a ${name} body is continued by the next run`, async (context) => {
		const version = { body, head: { etag: '"one"' } };
		const { url, requests } = await cutOnce(context, version, half);
		const entries = [entryOf(`${url}/f`, { checksum: `sha-256=${hash("sha256", body)}` })];
		const first = await runList(context, entries, { options: { retries: 0 } });
		assert.equal(first.outcomes[0]?.error?.code, "truncated");
		assert.deepEqual(filesIn(first.dir), []);
		assert.equal(partsIn(first.dir).length, 1);
		const second = await runList(context, entries, { dir: first.dir });
		assert.equal(second.outcomes[0]?.status, "saved");
		assert.equal(contentOf(first.dir, "f"), body.toString());
		assert.deepEqual(requests.map(rangeOf), ["-", `bytes=${half}- "one"`]);
		assert.deepEqual(partsIn(first.dir), []);
	});

	test(`a ${name} body that changed in between is never a mix`, async (context) => {
		const old = { body, head: { etag: '"one"' } };
		const changed = { body: bytesOf("b", size + 7), head: { etag: '"two"' } };
		const { url } = await serve(context, (request, response, nth) => {
			if (nth === 0) return cut(response, old, { to: half });
			assert.equal(request.headers["if-range"], '"one"');
			send(response, changed).end(changed.body);
		});
		const entry = entryOf(`${url}/f`, { checksum: `sha-256=${hash("sha256", changed.body)}` });
		const { dir, outcomes } = await runList(context, [entry]);
		assert.equal(outcomes[0]?.status, "saved");
		assert.equal(contentOf(dir, "f"), changed.body.toString());
	});
}
