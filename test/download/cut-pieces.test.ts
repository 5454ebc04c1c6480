/** A server that cuts pieces to hardly anything: the file fails, instead of taking a request for each byte. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runList } from "../run/run-list.ts";
import { serve } from "./serve.ts";

const sizeBytes = 16 * 1024 * 1024;
const firstBytes = 1024 * 1024;
/** Asked for before what is wanted, to be compared. */
const leadBytes = 1024;
const whole = Buffer.alloc(sizeBytes, "0123456789abcdef");

const cases = [
	{ name: "one byte", cutBytes: 1 },
	{ name: "1000 bytes", cutBytes: 1000 },
] as const;

for (const { name, cutBytes } of cases) {
	test(`pieces that are cut to ${name}`, { timeout: 60_000 }, async (context) => {
		const { url, requests } = await serve(context, (request, response) => {
			const [, from] = /bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
			if (from === undefined) {
				response.writeHead(200, { etag: '"1"', "content-length": sizeBytes, "accept-ranges": "bytes" });
				response.write(whole.subarray(0, firstBytes));
				// Slowly: other connections begin meanwhile. It breaks off, so that they alone are left.
				let at = firstBytes;
				const timer = setInterval(() => {
					response.write(whole.subarray(at, at + 20_000));
					at += 20_000;
				}, 50);
				response.on("close", () => clearInterval(timer));
				return void setTimeout(() => response.destroy(), 2000);
			}
			const start = Number(from);
			const end = Math.min(sizeBytes, start + leadBytes + cutBytes);
			response.writeHead(206, { etag: '"1"', "content-range": `bytes ${start}-${end - 1}/${sizeBytes}` });
			response.end(whole.subarray(start, end));
		});
		const { outcomes } = await runList(context, `${url}/a`, { options: { retries: 1, segments: 4 } });
		const [outcome] = outcomes;
		assert.equal(outcome?.error?.code ?? outcome?.status, "truncated");
		assert(requests.length < 1000, `${requests.length} requests`);
	});
}
