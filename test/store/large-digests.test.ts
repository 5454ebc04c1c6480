/** Digests of large files come from a thread of their own, and are the same as any other. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { followFile } from "../../src/store/hash-thread.ts";
import { serve } from "../download/serve.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { byLine, entryOf, filesIn, partsIn, runList } from "../run/run-list.ts";

const body = Buffer.alloc(40 * 2 ** 20, "0123456789abcde");
const hex = (algorithm: string): string => createHash(algorithm).update(body).digest("hex");

test("a file is followed while it is written; one that is closed gives no digest", async (context) => {
	const fd = openSync(join(freshFolder(context), "file"), "w+");
	const file = followFile(fd, ["sha256", "md5"]);
	const early = followFile(fd, ["sha256"]);
	if (availableParallelism() < 2) return assert.equal(file, undefined);
	const step = 7_000_001;
	for (let from = 0; from < body.length; from += step) {
		writeSync(fd, body, from, Math.min(step, body.length - from), from);
		file?.follow(Math.min(body.length, from + step));
	}
	assert.deepEqual(
		[...((await file?.digests(body.length)) ?? [])],
		[
			["sha256", hex("sha256")],
			["md5", hex("md5")],
		],
	);
	assert.equal(await early?.digests(body.length + 1), undefined);
	const late = followFile(fd, ["sha256"]);
	closeSync(fd);
	assert.equal(await late?.digests(body.length), undefined);
});

test("bytes that are handed over, and those that found no room, make the same digests", async (context) => {
	const folder = freshFolder(context);
	const written = Array.from({ length: 3 }, (_, index) => {
		const fd = openSync(join(folder, String(index)), "w+");
		const file = followFile(fd, ["sha256"]);
		return { fd, file, hash: createHash("sha256"), bytes: 0 };
	});
	if (availableParallelism() < 2) return assert.equal(written[0]?.file, undefined);
	// Files in turn and many lengths, without a pause: more than the ring takes, and often around its end.
	for (let turn = 0; turn < 600; turn++) {
		const one = written[(turn * turn) % 3];
		const bytes = body.subarray(turn, turn + ((turn * 7919) % 200_000));
		if (one === undefined) continue;
		writeSync(one.fd, bytes, 0, bytes.length, one.bytes);
		one.bytes += bytes.length;
		one.hash.update(bytes);
		// Some are not told, as those of a part that is continued.
		if (turn > 10 && turn % 50 > 2) one.file?.take(bytes, one.bytes);
		if (turn % 40 === 0) await new Promise((resolve) => setImmediate(resolve));
	}
	for (const { fd, file, hash, bytes } of written) {
		assert.deepEqual([...((await file?.digests(bytes)) ?? [])], [["sha256", hash.digest("hex")]]);
		closeSync(fd);
	}
});

for (const method of ["async", "threads", "processes"] as const) {
	test(`${method}: large files are checked, whole or continued, and a wrong one gets no name`, async (context) => {
		let isCut = true;
		const { url, requests } = await serve(context, (request, response) => {
			const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
			response.setHeader("etag", '"one"');
			response.setHeader("content-length", body.length - from);
			if (from > 0) {
				response.writeHead(206, { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` });
				return response.end(body.subarray(from));
			}
			if (request.url === "/continued" && isCut) {
				isCut = false;
				return response.write(body.subarray(0, body.length / 2), () => response.destroy());
			}
			return response.end(body);
		});
		const good = [`sha256:${hex("sha256")}`, `md5:${hex("md5")}`];
		const entries = [
			{ ...entryOf(`${url}/good`), checksums: good },
			{ ...entryOf(`${url}/continued`), line: 2, checksums: good },
			{ ...entryOf(`${url}/bad`), line: 3, checksums: [`sha256:${hex("sha256")}`, `md5:${"0".repeat(32)}`] },
		];
		const { outcomes, dir } = await runList(context, entries, { options: { method, workers: 1, retries: 1 } });
		assert.deepEqual(
			byLine(outcomes).map(({ file, sha256, error }) => [file, sha256, error?.code]),
			[
				["good", hex("sha256"), undefined],
				["continued", hex("sha256"), undefined],
				[null, undefined, "checksum"],
			],
		);
		assert.deepEqual([filesIn(dir), partsIn(dir)], [["continued", "good"], []]);
		assert.ok(requests.some(({ headers }) => headers.range !== undefined));
	});
}
