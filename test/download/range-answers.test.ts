/** Answers to a range: those that bring what is missing, and those that do not, after which the file begins again. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { contentOf, entryOf, filesIn, partsIn, runList } from "../run/run-list.ts";
import { bytesOf, cut, cutOnce, date, offsetOf, rangeOf, save, send, type Version } from "./cut-bodies.ts";
import { serve } from "./serve.ts";

const sizes = { small: 50_000, large: 900_000 } as const;

/** Answers to a range that do not bring what was asked for: the file must begin again. */
const wrongAnswers: readonly {
	readonly name: string;
	answer(response: ServerResponse, version: Version, from: number): void;
}[] = [
	{ name: "200", answer: (response, version) => void send(response, version).end(version.body) },
	{
		name: "206 of another offset",
		answer: (response, version, from) => void send(response, version, from - 1).end(version.body.subarray(from - 1)),
	},
	{
		name: "206 without Content-Range",
		answer: (response, { body, head }, from) => void response.writeHead(206, head).end(body.subarray(from)),
	},
	{
		name: "206 of another version",
		answer: (response, version, from) =>
			void send(response, { ...version, head: { etag: '"two"' } }, from).end(version.body.subarray(from)),
	},
	{
		name: "206 of another size",
		answer: (response, version, from) =>
			void response.writeHead(206, { ...version.head, "content-range": `bytes ${from}-999999/1000000` }).end("other"),
	},
	{
		name: "206 that stops early",
		answer: (response, { body, head }, from) =>
			void response
				.writeHead(206, { ...head, "content-range": `bytes ${from}-${from + 9}/${body.length}` })
				.end(body.subarray(from, from + 10)),
	},
	{
		name: "206 and more bytes than its range has",
		answer: (response, { body, head }, from) =>
			void response
				.writeHead(206, { ...head, "content-range": `bytes ${from}-${body.length - 1}/${body.length}` })
				.end(Buffer.concat([body.subarray(from), Buffer.alloc(100)])),
	},
	{
		name: "206 and more bytes than its range has, as its Content-Length says",
		answer: (response, { body, head }, from) =>
			void response
				.writeHead(206, {
					...head,
					"content-range": `bytes ${from}-${body.length - 1}/${body.length}`,
					"content-length": body.length - from + 100,
				})
				.end(Buffer.concat([body.subarray(from), Buffer.alloc(100)])),
	},
	{
		name: "206 in several parts",
		answer: (response, { head }) =>
			void response.writeHead(206, { ...head, "content-type": "multipart/byteranges; boundary=x" }).end("--x\r\n"),
	},
	{
		name: "206 that names no validator, of another version",
		answer: (response, { body }, from) =>
			void send(response, { body, head: {} }, from).end(bytesOf("b", body.length).subarray(from)),
	},
	{
		name: "200 that is the part, but of which version nobody knows",
		answer: (response, { body }, from) =>
			void response
				.writeHead(200, {
					"content-range": `bytes ${from}-${body.length - 1}/${body.length}`,
					"content-length": body.length - from,
				})
				.end(bytesOf("b", body.length).subarray(from)),
	},
	{
		name: "206 of encoded bytes under the same ETag",
		answer: (response, { body, head }, from) =>
			void send(response, { body: bytesOf("b", body.length), head: { ...head, "content-encoding": "gzip" } }, from).end(
				bytesOf("b", body.length).subarray(from),
			),
	},
	...[304, 400, 403, 404, 405, 412, 416, 501].map((status) => ({
		name: String(status),
		answer: (response: ServerResponse) => void response.writeHead(status, { "content-range": "bytes */10" }).end(),
	})),
];

for (const { name, answer } of wrongAnswers) {
	test(`a range that is answered with ${name} makes the file begin again`, async (context) => {
		const version = { body: bytesOf("a", sizes.large), head: { etag: '"one"' } };
		const { url } = await serve(context, (request, response, nth) => {
			if (nth === 0) cut(response, version, { to: 400_000 });
			else if (request.headers.range) answer(response, version, offsetOf(request));
			else send(response, version).end(version.body);
		});
		const entry = entryOf(`${url}/f`, { checksum: `sha-256=${hash("sha256", version.body)}` });
		const { outcomes, dir } = await runList(context, [entry], { options: { retries: 1 } });
		assert.equal(outcomes[0]?.status, "saved");
		assert.equal(contentOf(dir, "f"), version.body.toString());
	});
}

test("what came encoded is not continued with plain bytes of the same ETag", async (context) => {
	const head = { etag: '"one"' };
	const plain = { body: bytesOf("a", sizes.large), head };
	const { url } = await serve(context, (request, response, nth) => {
		const from = offsetOf(request);
		if (nth > 0) return void send(response, plain, from).end(plain.body.subarray(from));
		// In chunks: how long the encoded bytes are is not known.
		response.writeHead(200, { ...head, "content-encoding": "gzip" });
		response.write(bytesOf("z", 400_000), () => setTimeout(() => response.destroy(), 10));
	});
	const { dir } = await save(context, `${url}/f`);
	assert.equal(contentOf(dir, "f"), plain.body.toString());
});

test("a part under status 200 is taken for what it is where it names the version", async (context) => {
	const version = { body: bytesOf("a", sizes.large), head: { etag: '"one"' } };
	const { url } = await serve(context, (request, response, nth) => {
		const from = offsetOf(request);
		const { length } = version.body;
		if (nth === 0) return cut(response, version, { to: 400_000 });
		const range = { "content-range": `bytes ${from}-${length - 1}/${length}`, "content-length": length - from };
		response.writeHead(200, { ...version.head, ...range }).end(version.body.subarray(from));
	});
	const { dir, outcome } = await save(context, `${url}/f`);
	assert.equal(contentOf(dir, "f"), version.body.toString());
	assert.equal(outcome.bytes, sizes.large);
});

test("a part under status 200 that is not the one asked for is protocol", async (context) => {
	const version = { body: bytesOf("a", sizes.large), head: { etag: '"one"' } };
	const { url } = await serve(context, (_, response, nth) => {
		if (nth === 0) return cut(response, version, { to: 400_000 });
		const range = { "content-range": `bytes 5-${sizes.large - 1}/${sizes.large}` };
		response.writeHead(200, { ...version.head, ...range }).end(version.body.subarray(5));
	});
	const { outcomes, dir } = await runList(context, `${url}/f`);
	assert.equal(outcomes[0]?.error?.code, "protocol");
	assert.deepEqual(filesIn(dir), []);
});

test("a status of 5xx to a range is an attempt, and after two in a row the whole is asked for", async (context) => {
	const version = { body: bytesOf("a", sizes.large), head: { etag: '"one"' } };
	const { url, requests } = await serve(context, (request, response, nth) => {
		if (nth === 0) cut(response, version, { to: 400_000 });
		else if (request.headers.range) response.writeHead(503).end();
		else send(response, version).end(version.body);
	});
	const { dir, outcome } = await save(context, `${url}/f`);
	assert.equal(contentOf(dir, "f"), version.body.toString());
	assert.equal(outcome.attempts, 4);
	assert.deepEqual(requests.map(rangeOf), ["-", 'bytes=400000- "one"', 'bytes=400000- "one"', "-"]);
});

test("a date that is as young as the answer, or none at all, proves nothing", async (context) => {
	for (const head of [{ "last-modified": date, date }, { "last-modified": "0" }, { "last-modified": "-1" }]) {
		const version = { body: bytesOf("a", sizes.large), head };
		const { url, requests } = await cutOnce(context, version, 400_000);
		const { dir } = await save(context, `${url}/f`);
		assert.equal(contentOf(dir, "f"), version.body.toString());
		assert.deepEqual(requests.map(rangeOf), ["-", "-"]);
	}
});

test("a 206 whose body is shorter than its range is truncated, then continued", async (context) => {
	const version = { body: bytesOf("a", sizes.large), head: { etag: '"one"' } };
	const { url } = await serve(context, (request, response, nth) => {
		const from = offsetOf(request);
		const { length } = version.body;
		if (nth === 0) cut(response, { ...version }, { to: 400_000 });
		else if (nth === 1) {
			// Chunked, so that HTTP itself does not tell the length.
			response.writeHead(206, {
				...version.head,
				"content-range": `bytes ${from}-${length - 1}/${length}`,
				"transfer-encoding": "chunked",
			});
			response.end(version.body.subarray(from, from + 1000));
		} else send(response, version, from).end(version.body.subarray(from));
	});
	const { dir, outcome } = await save(context, `${url}/f`);
	assert.equal(contentOf(dir, "f"), version.body.toString());
	assert.equal(outcome.attempts, 3);
});

test("a body of unknown length is continued, and its length is learned from the range", async (context) => {
	const version = { body: bytesOf("a", sizes.large), head: { etag: '"one"' } };
	const { url } = await serve(context, (request, response, nth) => {
		const from = offsetOf(request);
		const { length } = version.body;
		const range = { "content-range": `bytes ${from}-${length - 1}/${length}` };
		response.writeHead(nth === 0 ? 200 : 206, {
			...version.head,
			"transfer-encoding": "chunked",
			...(nth === 0 ? {} : range),
		});
		if (nth === 0) response.write(version.body.subarray(0, 400_000), () => setTimeout(() => response.destroy(), 10));
		else response.end(version.body.subarray(from, nth === 1 ? from + 1000 : length));
	});
	const { dir, outcome } = await save(context, `${url}/f`);
	assert.equal(contentOf(dir, "f"), version.body.toString());
	assert.equal(outcome.attempts, 3);
});

test("a part that is complete is asked for its last byte and saved", async (context) => {
	const body = bytesOf("a", sizes.large);
	const version = { body, head: { etag: '"one"' } };
	const abort = new AbortController();
	const { url, requests } = await serve(context, (request, response, nth) => {
		const from = offsetOf(request);
		// All bytes, but the end of the chunked body is missing.
		if (nth === 0)
			response.writeHead(200, { ...version.head }).write(body, () => setTimeout(() => response.destroy(), 10));
		else if (nth === 1) response.writeHead(416, { "content-range": `bytes */${body.length}` }).end();
		else send(response, version, from).end(body.subarray(from));
	});
	const { dir } = await save(context, `${url}/f`, { signal: abort.signal });
	assert.equal(contentOf(dir, "f"), body.toString());
	assert.deepEqual(requests.map(rangeOf), ["-", `bytes=${body.length}- "one"`, "-"]);
});

test("what is in flight when a run stops is continued by the next one", async (context) => {
	const version = { body: bytesOf("a", sizes.large), head: { etag: '"one"' } };
	const { url, requests } = await serve(context, (request, response, nth) => {
		const from = offsetOf(request);
		send(response, version, from).write(version.body.subarray(from, nth === 0 ? 500_000 : undefined));
	});
	const abort = new AbortController();
	const stopped = await runList(context, `${url}/f`, {
		signal: abort.signal,
		onEvent: (event) => {
			if (event.type === "progress" && event.bytes === 500_000) abort.abort("enough");
		},
	});
	assert.equal(stopped.outcomes[0]?.status, "cancelled");
	assert.equal(stopped.summary.cancelled, 1);
	assert.deepEqual(filesIn(stopped.dir), []);
	const { outcome } = await save(context, `${url}/f`, { dir: stopped.dir });
	assert.equal(outcome.attempts, 1);
	assert.equal(contentOf(stopped.dir, "f"), version.body.toString());
	assert.deepEqual(requests.map(rangeOf), ["-", 'bytes=500000- "one"']);
});

test("the part of one mirror is not continued from another", async (context) => {
	const [one, two] = [bytesOf("a", sizes.large), bytesOf("b", sizes.large)];
	const head = { etag: '"same"' };
	const first = await serve(context, (_, response) => cut(response, { body: one, head }, { to: 400_000 }));
	const second = await serve(context, (request, response) => {
		assert.equal(request.headers.range, undefined);
		send(response, { body: two, head }).end(two);
	});
	const { dir, outcome } = await save(context, `${first.url}/f\t${second.url}/g`);
	assert.equal(contentOf(dir, "f"), two.toString());
	assert.equal(outcome.attempts, 2);
});

test("--fresh forgets parts", async (context) => {
	const version = { body: bytesOf("a", sizes.large), head: { etag: '"one"' } };
	const { url, requests } = await cutOnce(context, version, 400_000);
	const { dir } = await runList(context, `${url}/f`, { options: { retries: 0 } });
	await save(context, `${url}/f`, { dir, options: { fresh: true } });
	assert.deepEqual(requests.map(rangeOf), ["-", "-"]);
	assert.deepEqual(partsIn(dir), []);
});
