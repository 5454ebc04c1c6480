/** Large files in segments, with every model. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Method } from "../../src/core/outcome.ts";
import { originBytes } from "../../src/origin/content.ts";
import { startLab } from "./lab.ts";

const sizeBytes = 8 * 1024 ** 2;
const body = originBytes(1, "/large", { start: 0, end: sizeBytes });
const chunkBytes = 64 * 1024;

export function testLargeFiles(method: Method): void {
	test(`${method}: a large file comes over several connections, whole`, async (context) => {
		let now = 0;
		let most = 0;
		const lab = await startLab(context, method, (request, response) => {
			now++;
			most = Math.max(most, now);
			response.once("close", () => now--);
			const [, first = "0", last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
			const start = Number(first);
			const end = last ? Number(last) + 1 : sizeBytes;
			const range = request.headers.range !== undefined;
			response.writeHead(range ? 206 : 200, {
				etag: '"one"',
				"content-length": end - start,
				...(range && { "content-range": `bytes ${start}-${end - 1}/${sizeBytes}` }),
			});
			void send(response, body.subarray(start, end));
		});
		const { outcomes } = await lab.run([`${lab.url}/f`], { segments: 4, concurrency: 8, workers: 2 });
		assert.equal(outcomes[0]?.status, "saved", `${outcomes[0]?.error?.message}`);
		assert((await lab.read(outcomes[0]?.file)).equals(body));
		assert(most >= 3 && most <= 5, `${most} connections`);
	});
}

async function send(response: ServerResponse, bytes: Buffer): Promise<void> {
	for (let start = 0; start < bytes.length && !response.destroyed; start += chunkBytes) {
		response.write(bytes.subarray(start, start + chunkBytes));
		await sleep(20);
	}
	response.end();
}
