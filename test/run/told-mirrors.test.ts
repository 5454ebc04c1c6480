/** Mirrors that a server tells of (RFC 6249): asked last, for proven bytes alone, and without what is for the listed host. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type TestContext, test } from "node:test";
import type { RunOptions } from "../../src/core/options.ts";
import { type Served, serve } from "../download/serve.ts";
import { contentOf, type ListRun, runList } from "./run-list.ts";

const body = "the bytes of a file";
const digest = `SHA-256=${createHash("sha256").update(body).digest("base64")}`;

type Setting = {
	/** What the listed server has beside its links. */
	readonly fields?: Readonly<Record<string, string>>;
	readonly mirrorBody?: string;
	readonly options?: Partial<RunOptions>;
	readonly listOptions?: string;
};

/** A server that breaks off each body, and a mirror that it tells of. */
async function get(
	context: TestContext,
	setting: Setting,
): Promise<ListRun & { readonly listed: Served; readonly mirror: Served }> {
	const { fields = { digest }, mirrorBody = body, options, listOptions = "" } = setting;
	const mirror = await serve(context, (_, response) => response.end(mirrorBody));
	const listed = await serve(context, (_, response) => {
		response.setHeader("link", `<${mirror.url}/copy>; rel=duplicate; pri=1`);
		response.writeHead(200, { ...fields, "content-length": "1000" });
		response.write("the");
		setTimeout(() => response.destroy(), 10);
	});
	const run = await runList(context, `${listed.url}/file${listOptions}`, { options: { retries: 1, ...options } });
	return { ...run, listed, mirror };
}

test("where all attempts failed, the mirror brings the file under the listed name", async (context) => {
	const { outcomes, dir, listed, mirror } = await get(context, {});
	const [outcome] = outcomes;
	assert.deepEqual([outcome?.status, outcome?.file, outcome?.attempts], ["saved", "file", 3]);
	assert.equal(contentOf(dir, "file"), body);
	assert.deepEqual([listed.requests.length, mirror.requests.length], [2, 1]);
});

test("a checksum of the list proves it as well", async (context) => {
	const hex = createHash("sha256").update(body).digest("hex");
	const { outcomes } = await get(context, { fields: {}, listOptions: `\n checksum=sha-256=${hex}` });
	assert.equal(outcomes[0]?.status, "saved");
});

test("without a checksum nothing proves its bytes: it is not asked", async (context) => {
	const { outcomes, mirror } = await get(context, { fields: {} });
	assert.match(outcomes[0]?.error?.code ?? "", /^(truncated|reset)$/);
	assert.equal(mirror.requests.length, 0);
});

test("other bytes than the listed server has are no file", async (context) => {
	const { outcomes, mirror } = await get(context, { mirrorBody: "another version", options: { retries: 0 } });
	assert.equal(outcomes[0]?.error?.code, "checksum");
	assert.equal(mirror.requests.length, 1);
});

test("credentials and cookies of the listed host stay there", async (context) => {
	const headers = [
		["Authorization", "Bearer secret"],
		["Cookie", "a=1"],
		["X-Other", "1"],
	] as const;
	const { outcomes, listed, mirror } = await get(context, { options: { headers } });
	assert.equal(outcomes[0]?.status, "saved");
	assert.equal(listed.requests[0]?.headers.authorization, "Bearer secret");
	const [asked] = mirror.requests;
	assert.deepEqual(
		[asked?.headers.authorization, asked?.headers.cookie, asked?.headers["x-other"]],
		[undefined, undefined, "1"],
	);
});

for (const method of ["threads", "processes"] as const) {
	test(`${method} tells of mirrors as well`, async (context) => {
		const { outcomes } = await get(context, { options: { method, workers: 1, retries: 0 } });
		assert.equal(outcomes[0]?.status, "saved");
	});
}
