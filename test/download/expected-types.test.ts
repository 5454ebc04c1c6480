/** `--expect-type`: what the server calls a file, what its first bytes say, and the pages that come instead. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import * as zlib from "node:zlib";
import type { Entry } from "../../src/core/entry.ts";
import type { RunOptions } from "../../src/core/options.ts";
import { entryOf, filesIn, type ListRun, partsIn, runList } from "../run/run-list.ts";
import { serve } from "./serve.ts";

const png = Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex");
const pdf = Buffer.from("%PDF-1.7\n%âãÏÓ\n1 0 obj\n", "latin1");
const zip = Buffer.from("504b0304140000000800000000000000000000000000000000000100000061", "hex");
const gzip = zlib.gzipSync("text");
const page = Buffer.from(
	"<!-- hello -->\n<!DOCTYPE html><html><head><title>\n  Sign in &amp; go on </title></head></html>",
);
const csv = Buffer.from("a;b\n1;2\n");
const noise = Buffer.from([0, 1, 2, 3, 200, 201, 202, 0, 0, 0]);

type Answer = { readonly type?: string; readonly body: Buffer };

async function get(
	context: TestContext,
	{ type, body }: Answer,
	{ entry = {}, options = {} }: { readonly entry?: Partial<Entry>; readonly options?: Partial<RunOptions> },
): Promise<ListRun> {
	const { url } = await serve(context, (_, response) => {
		if (type !== undefined) response.setHeader("content-type", type);
		response.end(body);
	});
	return runList(context, [entryOf(`${url}/file.zip`, entry)], { options: { retries: 2, ...options } });
}

/** The patterns, the Content-Type, the bytes, and whether they are wanted. */
const cases: readonly (readonly [string, string | undefined, Buffer, boolean])[] = [
	["image/*", "image/png", png, true],
	["image/*", "Image/PNG; charset=binary", png, true],
	["image/png,application/pdf", "application/pdf", pdf, true],
	["image/*", "application/pdf", pdf, false],
	["image/jpeg", "image/jpg", Buffer.from("ffd8ffe000104a46494600010100000100010000", "hex"), true],
	["application/zip", "application/x-zip-compressed", zip, true],
	["application/zip", "text/html; charset=utf-8", page, false],
	// The server says what is wanted, and its bytes something else.
	["application/zip", "application/zip", page, false],
	["image/*", "image/png", pdf, false],
	["application/pdf", "application/pdf", png, false],
	["text/html", "text/html", page, true],
	// Nothing is said: the first bytes decide.
	["image/*", undefined, png, true],
	["image/*", "application/octet-stream", png, true],
	["image/*", "binary/octet-stream", pdf, false],
	["application/pdf", undefined, page, false],
	["application/zip", undefined, zip, true],
	["application/gzip", undefined, gzip, true],
	["text/csv", undefined, csv, true],
	["text/csv", undefined, noise, false],
	["application/pdf", undefined, csv, false],
	// A format that bytes do not show, in bytes that are not of another.
	["application/x-netcdf", undefined, noise, true],
	["application/x-netcdf", undefined, png, false],
	// A document that is a ZIP file.
	["application/vnd.openxmlformats-officedocument.wordprocessingml.document", undefined, zip, true],
	["*/*", undefined, noise, true],
	["image/*", undefined, Buffer.alloc(0), true],
];

for (const [patterns, type, body, isWanted] of cases) {
	const shown = body.length === 0 ? "nothing" : JSON.stringify(body.toString("latin1").slice(0, 12));
	test(`${patterns}: ${type ?? "no type"} with ${shown} is ${isWanted ? "saved" : "wrong_type"}`, async (context) => {
		const ran = await get(context, { ...(type !== undefined && { type }), body }, { entry: { expectType: patterns } });
		const { status, error, attempts } = ran.outcomes[0] ?? assert.fail("no outcome");
		assert.deepEqual([status, error?.code, attempts], isWanted ? ["saved", undefined, 1] : ["failed", "wrong_type", 1]);
		assert.deepEqual(filesIn(ran.dir), isWanted ? ["file.zip"] : []);
		assert.deepEqual(partsIn(ran.dir), []);
	});
}

test("of a page the message has the title, however it was encoded", async (context) => {
	const { url } = await serve(context, (_, response) => {
		response.writeHead(200, { "content-type": "text/html", "content-encoding": "gzip" }).end(zlib.gzipSync(page));
	});
	const options = { compressed: true, expectTypes: ["application/zip"] };
	const { outcomes } = await runList(context, `${url}/a.zip`, { options });
	assert.match(
		outcomes[0]?.error?.message ?? "",
		/sent text\/html, a page with the title "Sign in & go on", where application\/zip is expected/,
	);
});

test("a large file that is not wanted ends early", async (context) => {
	const { url } = await serve(context, (_, response) => {
		const more = (): void => {
			if (!response.destroyed) response.write(Buffer.alloc(16_384, "x"), () => setImmediate(more));
		};
		response.write(png);
		more();
	});
	const { outcomes } = await runList(context, `${url}/a`, { options: { expectTypes: ["application/pdf"] } });
	assert.equal(outcomes[0]?.error?.code, "wrong_type");
});

test("the option is for all entries, and an entry's own takes its place; it works in threads", async (context) => {
	const { url } = await serve(context, (request, response) => {
		const isPage = request.url?.endsWith("html");
		response.setHeader("content-type", isPage ? "text/html" : "image/png").end(isPage ? page : png);
	});
	const list = `${url}/a.png\n${url}/b.html\n${url}/c.html\n  expect-type=text/html\n${url}/d.png\n  expect-type=no type\n`;
	const options = { method: "threads", workers: 2, expectTypes: ["image/*"] } as const;
	const { dir, summary } = await runList(context, list, { options });
	assert.deepEqual(filesIn(dir), ["a.png", "c.html"]);
	assert.deepEqual(summary.errors, { wrong_type: 1, invalid_option: 1 });
});

test("the next mirror is asked", async (context) => {
	const { url } = await serve(context, (request, response) => {
		response.setHeader("content-type", request.url === "/bad.png" ? "text/html" : "image/png");
		response.end(request.url === "/bad.png" ? page : png);
	});
	const { outcomes } = await runList(context, `${url}/bad.png\t${url}/good.png`, {
		options: { expectTypes: ["image/*"] },
	});
	assert.deepEqual([outcomes[0]?.status, outcomes[0]?.attempts], ["saved", 2]);
});

test("without it, a page under the name of a binary file is one warning a host", async (context) => {
	const { url } = await serve(context, (_, response) => response.setHeader("content-type", "text/html").end(page));
	const list = ["a.zip", "b.nc", "c.html", "d", "e.tar.gz"].map((name) => `${url}/${name}`).join("\n");
	for (const method of ["async", "threads"] as const) {
		const { summary, warnings } = await runList(context, list, { options: { method, workers: 2 } });
		assert.equal(summary.saved, 5);
		assert.equal(warnings.length, 1, method);
		assert.match(warnings[0] ?? "", /^127\.0\.0\.1:\d+ sent an HTML page for \S+: it may be a log-in/);
	}
	const none = await runList(context, `${url}/c.html\n${url}/d`);
	assert.deepEqual(none.warnings, []);
});
