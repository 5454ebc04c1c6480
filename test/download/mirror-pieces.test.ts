/** Mirrors of one file share its pieces where they have the same version, or where a checksum proves the whole. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { RunOptions } from "../../src/core/options.ts";
import { entryOf, type ListRun, runList } from "../run/run-list.ts";
import { bodyOf, type LargeFile, mebibyte, type ServedFile, serveLarge } from "./large-file.ts";

const body = bodyOf(1, 8 * mebibyte);
const other = bodyOf(2, 8 * mebibyte);
const sha256 = createHash("sha256").update(body).digest("hex");
const same = { etag: '"one"', "accept-ranges": "bytes" };
const own = { etag: '"own"', "accept-ranges": "bytes" };

type Fetched = ListRun & { readonly first: ServedFile; readonly second: ServedFile };

type Mirrors = {
	readonly second: Partial<LargeFile>;
	readonly checksum?: string;
	readonly options?: Partial<RunOptions>;
};

async function fetchBoth(context: TestContext, { second, checksum, options }: Mirrors): Promise<Fetched> {
	const one = await serveLarge(context, { body, head: same, paceMs: 20 });
	const two = await serveLarge(context, { body, head: same, paceMs: 20, ...second });
	const entry = {
		...entryOf(`${one.url}/f`, checksum ? { checksum } : {}),
		urls: [`${one.url}/f`, `${two.url}/f`] as const,
	};
	const run = await runList(context, [entry], { options: { segments: 4, ...options } });
	assert.equal(run.outcomes[0]?.status, "saved", `${run.outcomes[0]?.error?.message}`);
	assert(readFileSync(join(run.dir, "f")).equals(body), "the file has other bytes");
	assert.equal(run.outcomes[0]?.attempts, 1);
	return { ...run, first: one, second: two };
}

const sent = ({ asked }: ServedFile): number => asked.reduce((sum, one) => sum + one.sent, 0);

test("a mirror with the same version brings pieces, each asked for by that version", async (context) => {
	const { first, second } = await fetchBoth(context, { second: {} });
	assert(sent(second) > body.length / 4 && sent(first) < body.length);
	for (const { headers } of second.requests) assert.equal(headers["if-range"], '"one"');
	assert(first.most() <= 3 && second.most() <= 3);
});

test("a mirror of another version, or that does not say so, brings nothing without a checksum", async (context) => {
	const strangers: readonly Partial<LargeFile>[] = [
		{ head: own },
		{ head: own, body: other },
		{ body: bodyOf(1, 9 * mebibyte) },
		{ head: {} },
		{ instead: () => ({ status: 404, head: { "content-length": 0 }, body: Buffer.alloc(0) }) },
		{ instead: () => ({ status: 200, head: { "content-length": body.length }, body: other }) },
		{ instead: () => ({ status: 302, head: { location: "/f", "content-length": 0 }, body: Buffer.alloc(0) }) },
	];
	for (const second of strangers) {
		const found = await fetchBoth(context, { second });
		assert(found.first.most() > 1);
	}
});

test("with a checksum a mirror may have a version of its own, which all its pieces are of", async (context) => {
	const { second } = await fetchBoth(context, { second: { head: own }, checksum: sha256 });
	assert(sent(second) > body.length / 4);
	const conditions = new Set(second.requests.map(({ headers }) => headers["if-range"]));
	assert([...conditions].every((value) => value === undefined || value === '"own"'));
});

test("a mirror with other bytes of the same size is found out by the checksum, and the whole is asked for", async (context) => {
	const { first } = await fetchBoth(context, { second: { head: own, body: other }, checksum: sha256 });
	assert.equal(first.requests.filter(({ headers }) => headers.range === undefined).length <= 2, true);
});

test("a mirror that redirects is followed, and --per-host holds for each host", async (context) => {
	const { first, second } = await fetchBoth(context, {
		second: {
			instead: ({ request }) =>
				request.url === "/f"
					? { status: 302, head: { location: "/g", "content-length": 0 }, body: Buffer.alloc(0) }
					: undefined,
		},
		options: { segments: 6, perHost: 2 },
	});
	assert(sent(second) > body.length / 4);
	assert(first.most() <= 3 && second.most() <= 3);
});

test("a part that has pieces of several versions is of no use to an entry without a checksum", async (context) => {
	const one = await serveLarge(context, { body, head: same, paceMs: 20 });
	const two = await serveLarge(context, { body, head: own, paceMs: 20 });
	const urls = [`${one.url}/f`, `${two.url}/f`] as const;
	const abort = new AbortController();
	const options = { segments: 4 };
	const stopped = await runList(context, [{ ...entryOf(urls[0], { checksum: sha256 }), urls }], {
		options,
		signal: abort.signal,
		onEvent: (event) => event.type === "progress" && event.bytes > 4 * mebibyte && abort.abort("enough"),
	});
	assert(sent(two) > 0);
	const before = one.requests.length;
	const again = await runList(context, [{ ...entryOf(urls[0]), urls: [urls[0]] }], { dir: stopped.dir, options });
	assert(readFileSync(join(again.dir, "f")).equals(body));
	assert.equal(one.requests[before]?.headers.range, undefined);
});
