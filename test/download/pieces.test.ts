/** Files whose pieces have digests: a wrong piece is fetched again, alone. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Entry, Pieces } from "../../src/core/entry.ts";
import type { RunOptions } from "../../src/core/options.ts";
import { entryOf, filesIn, type ListRun, runList } from "../run/run-list.ts";
import { type Answer, bodyOf, type LargeFile, mebibyte, type ServedFile, serveLarge } from "./large-file.ts";

const validators = { etag: '"one"', "accept-ranges": "bytes" };

function piecesOf(body: Buffer, lengthBytes: number): Pieces {
	const hexes: string[] = [];
	for (let start = 0; start < body.length; start += lengthBytes) {
		hexes.push(
			createHash("sha256")
				.update(body.subarray(start, start + lengthBytes))
				.digest("hex"),
		);
	}
	return { algorithm: "sha256", lengthBytes, hexes };
}

/** With other bytes at some places. */
function spoilt(body: Buffer, ...places: readonly number[]): Buffer {
	const copy = Buffer.from(body);
	for (const place of places) copy[place] = (copy[place] ?? 0) ^ 1;
	return copy;
}

async function fetchPieces(
	context: TestContext,
	{ files, ...demands }: { readonly files: readonly LargeFile[] } & Pick<Entry, "pieces" | "checksums">,
	options: Partial<RunOptions> = {},
): Promise<ListRun & { readonly servers: readonly ServedFile[] }> {
	const servers = await Promise.all(files.map((file) => serveLarge(context, { paceMs: 0, ...file })));
	const [first, ...others] = servers.map(({ url }) => `${url}/f`);
	assert(first !== undefined);
	const run = await runList(context, [{ ...entryOf(first), urls: [first, ...others], ...demands }], { options });
	return { ...run, servers };
}

function rangesOf({ requests }: ServedFile): (string | undefined)[] {
	return requests.map(({ headers }) => headers.range);
}

const sizes: readonly (readonly [sizeBytes: number, lengthBytes: number])[] = [
	[50_000, 10_000],
	[3 * mebibyte + 17, 256 * 1024],
];

for (const [sizeBytes, lengthBytes] of sizes) {
	const body = bodyOf(1, sizeBytes);
	const pieces = piecesOf(body, lengthBytes);
	const lastStart = (pieces.hexes.length - 1) * lengthBytes;
	const second = `bytes=${lengthBytes}-${2 * lengthBytes - 1}`;
	const last = sizeBytes === 50_000 ? `bytes=${lastStart}-${sizeBytes - 1}` : `bytes=${lastStart}-`;

	const checksums = [`sha256:${createHash("sha256").update(body).digest("hex")}`];

	for (const [what, head, demands] of [
		["a validator", validators, { pieces }],
		["no validator", {}, { pieces }],
		["a digest of the whole as well", validators, { pieces, checksums }],
	] as const) {
		test(`one wrong piece of ${sizeBytes} bytes, with ${what}: it alone is asked for again`, async (context) => {
			const wrongOnce = (places: readonly number[]): LargeFile => ({
				body,
				head,
				instead: ({ range }, right) => (range ? undefined : { ...right, body: spoilt(body, ...places) }),
			});
			const table: readonly (readonly [places: readonly number[], range: string])[] = [
				[[lengthBytes + 5], second],
				[[3], `bytes=0-${lengthBytes - 1}`],
			];
			for (const [places, range] of table) {
				const { servers, dir, outcomes } = await fetchPieces(context, { files: [wrongOnce(places)], ...demands });
				assert(servers[0] && readFileSync(join(dir, "f")).equals(body));
				assert.deepEqual([outcomes[0]?.attempts, rangesOf(servers[0])], [1, [undefined, range]]);
			}
			const both = await fetchPieces(context, { files: [wrongOnce([lengthBytes + 5, sizeBytes - 1])], ...demands });
			assert(both.servers[0] && readFileSync(join(both.dir, "f")).equals(body));
			const ranges = rangesOf(both.servers[0]).map((one) => one?.replace(`-${sizeBytes - 1}`, "-"));
			assert.deepEqual(ranges, [undefined, second, last.replace(`-${sizeBytes - 1}`, "-")]);
		});
	}

	test(`${sizeBytes} bytes from a server without ranges: the whole is asked for again`, async (context) => {
		const whole: Answer = { status: 200, head: { "content-length": sizeBytes }, body };
		const { servers, dir } = await fetchPieces(context, {
			files: [
				{ body, head: validators, instead: ({ nth }) => ({ ...whole, body: nth === 0 ? spoilt(body, 7) : body }) },
			],
			pieces,
		});
		assert(readFileSync(join(dir, "f")).equals(body));
		assert.equal(servers[0]?.requests.length, 2);
	});

	test(`${sizeBytes} bytes with a piece that one mirror has wrong for good: it is had from the next one`, async (context) => {
		const wrong = spoilt(body, lengthBytes + 5);
		const other: OutgoingHttpHeaders = { etag: '"other"', "accept-ranges": "bytes" };
		const { servers, dir, outcomes } = await fetchPieces(context, {
			files: [
				{ body: wrong, head: validators },
				{ body, head: other },
			],
			pieces,
		});
		assert(servers[1] && readFileSync(join(dir, "f")).equals(body));
		assert.deepEqual([outcomes[0]?.attempts, rangesOf(servers[1])], [2, [second]]);
	});

	test(`${sizeBytes} bytes with a piece that is wrong for good fail as checksum`, async (context) => {
		const { dir, outcomes } = await fetchPieces(
			context,
			{ files: [{ body: spoilt(body, lengthBytes + 5), head: validators }], pieces },
			{ retries: 1 },
		);
		assert.deepEqual([outcomes[0]?.error?.code, outcomes[0]?.attempts, filesIn(dir)], ["checksum", 2, []]);
	});
}

test("a checksum that does not hold of a file in segments: the whole is asked for, once", async (context) => {
	const body = bodyOf(1, 6 * mebibyte);
	const server = await serveLarge(context, {
		body,
		// The end is of no other piece: nothing else tells that it is wrong.
		instead: ({ range }, right) =>
			range?.end === body.length ? { ...right, body: spoilt(right.body, right.body.length - 1) } : undefined,
	});
	const checksum = createHash("sha256").update(body).digest("hex");
	const { outcomes, dir } = await runList(context, [entryOf(`${server.url}/f`, { checksum })], {
		options: { segments: 4 },
	});
	assert(readFileSync(join(dir, "f")).equals(body));
	assert.equal(outcomes[0]?.attempts, 1);
	assert.equal(rangesOf(server).filter((range) => range === undefined).length, 2);
});
