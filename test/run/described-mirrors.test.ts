/** The Metalink that a server has for a file (RFC 6249): read for mirrors where all else has failed, and never saved. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { RunOptions } from "../../src/core/options.ts";
import { type Served, serve } from "../download/serve.ts";
import { contentOf, type ListRun, runList } from "./run-list.ts";

const body = "the bytes of a file";
const sha256 = createHash("sha256").update(body).digest("hex");
const sha1 = createHash("sha1").update(body).digest("hex");

type Urls = { readonly listed: string; readonly mirror: string };
type Setting = {
	/** Files of the Metalink. */
	readonly metalink?: (urls: Urls) => string;
	readonly link?: (urls: Urls) => string;
	/** How the listed server answers for its Metalink, where that is not with 200. */
	readonly status?: number;
	readonly fields?: Readonly<Record<string, string>>;
	/** Whether the length of the Metalink is told before it. */
	readonly isSized?: boolean;
	readonly mirrorBody?: string;
	readonly listOptions?: string;
	readonly options?: Partial<RunOptions>;
};
type Got = ListRun & { readonly listed: Served; readonly mirror: Served };

const file = (url: string, hash = `<hash type="sha-256">${sha256}</hash>`, name = "file"): string =>
	`<file name="${name}">${hash}<url priority="1">${url}</url></file>`;
const document = (files: string): string =>
	`<?xml version="1.0"?><metalink xmlns="urn:ietf:params:xml:ns:metalink">${files}</metalink>`;
const toMetalink = '</file.meta4>; rel=describedby; type="application/metalink4+xml"';

/** A server that has lost the file and still has its Metalink, and a mirror that is in that alone. */
async function get(context: TestContext, setting: Setting = {}): Promise<Got> {
	const { metalink = ({ mirror }) => file(`${mirror}/copy`), link = () => toMetalink, status = 200 } = setting;
	const { fields = {}, isSized = false, mirrorBody = body, listOptions = "", options } = setting;
	const metalinkOf = (urls: Urls): string => document(metalink(urls));
	const mirror = await serve(context, ({ url }, response) =>
		response.end(url === "/file.meta4" ? metalinkOf(urls) : mirrorBody),
	);
	const listed = await serve(context, ({ url }, response) => {
		if (url === "/file.meta4") {
			const text = metalinkOf(urls);
			const length = isSized ? { "content-length": Buffer.byteLength(text) } : {};
			response.writeHead(status, { location: `${mirror.url}/file.meta4`, ...length });
			response.end(text);
			return;
		}
		response.writeHead(404, { ...fields, link: link(urls) });
		response.end();
	});
	const urls: Urls = { listed: listed.url, mirror: mirror.url };
	const run = await runList(context, `${listed.url}/file${listOptions}`, { options: { retries: 1, ...options } });
	return { ...run, listed, mirror };
}

const pathsOf = ({ requests }: Served): readonly string[] => requests.map(({ path }) => path);

const saved: readonly (Setting & { readonly name: string })[] = [
	{ name: "its mirror brings what its hash proves" },
	{
		name: "of several files that of the name counts",
		metalink: ({ mirror }) => `${file(`${mirror}/other`, "", "other")}${file(`${mirror}/copy`)}`,
	},
	{
		name: "version 3",
		metalink: ({ mirror }) =>
			`<files><file name="file"><verification><hash type="sha256">${sha256}</hash></verification><resources><url type="http" preference="90">${mirror}/copy</url></resources></file></files>`,
	},
	{ name: "the name tells where there is no type", link: () => "</file.meta4>; rel=describedby" },
	{
		name: "elsewhere, where the list has the checksum",
		link: ({ mirror }) => toMetalink.replace("</", `<${mirror}/`),
		listOptions: `\n checksum=sha-256=${sha256}`,
	},
	{
		name: "elsewhere, where the header has the digest",
		link: ({ mirror }) => toMetalink.replace("</", `<${mirror}/`),
		fields: { digest: `SHA-256=${Buffer.from(sha256, "hex").toString("base64")}` },
	},
	{ name: "redirected, where the list has the checksum", status: 302, listOptions: `\n checksum=sha-256=${sha256}` },
	{
		name: "after a mirror of the header that failed",
		link: ({ listed }) => `<${listed}/gone>; rel=duplicate, ${toMetalink}`,
		listOptions: `\n checksum=sha-256=${sha256}`,
	},
	{ name: "with codings asked for", options: { compressed: true } },
	{ name: "with threads", options: { method: "threads", workers: 1 } },
	{ name: "with processes", options: { method: "processes", workers: 1 } },
];
for (const { name, ...setting } of saved) {
	test(`saved: ${name}`, async (context) => {
		const { outcomes, dir, mirror } = await get(context, setting);
		assert.deepEqual([outcomes[0]?.status, outcomes[0]?.file, outcomes[0]?.error], ["saved", "file", undefined]);
		assert.equal(contentOf(dir, "file"), body);
		assert.equal(pathsOf(mirror).at(-1), "/copy");
		assert.deepEqual(
			readdirSync(dir).filter((entry) => !entry.startsWith(".")),
			["file"],
		);
	});
}

const endless = `<x>${"a".repeat(4096)}</x>`.repeat(300);
/** The entry fails as its own server has it, and the mirror is not asked for the file. */
const failed: readonly (Setting & { readonly name: string })[] = [
	{ name: "no hash", metalink: ({ mirror }) => file(`${mirror}/copy`, "") },
	{
		name: "a hash that can be forged",
		metalink: ({ mirror }) => file(`${mirror}/copy`, `<hash type="sha-1">${sha1}</hash>`),
	},
	{ name: "elsewhere: its hashes prove nothing", link: ({ mirror }) => toMetalink.replace("</", `<${mirror}/`) },
	{ name: "redirected elsewhere", status: 302 },
	{ name: "no Metalink there", status: 404 },
	{ name: "another type", link: () => "</file.meta4>; rel=describedby; type=application/pdf" },
	{ name: "another relation", link: () => '</file.meta4>; rel=next; type="application/metalink4+xml"' },
	{ name: "no XML", metalink: () => "<" },
	// It names what would save the entry: were it read, this would be seen.
	{ name: "more than a megabyte", metalink: ({ mirror }) => file(`${mirror}/copy`) + endless },
	{ name: "more than a megabyte, as told", metalink: ({ mirror }) => file(`${mirror}/copy`) + endless, isSized: true },
	{
		name: "several files, and none of the name",
		metalink: ({ mirror }) => file(`${mirror}/copy`, undefined, "a") + file(`${mirror}/copy`, undefined, "b"),
	},
	{ name: "mirrors with credentials", metalink: ({ mirror }) => file(`${mirror.replace("//", "//me:secret@")}/copy`) },
	{ name: "no mirror but itself", metalink: ({ listed }) => file(`${listed}/file`) },
];
for (const { name, ...setting } of failed) {
	test(`failed: ${name}`, async (context) => {
		const { outcomes, mirror } = await get(context, setting);
		const [outcome] = outcomes;
		assert.deepEqual([outcome?.status, outcome?.error?.code, outcome?.httpStatus], ["failed", "http_404", 404]);
		assert(!pathsOf(mirror).includes("/copy"));
	});
}

test("other bytes than the hash says are no file", async (context) => {
	const { outcomes, mirror } = await get(context, { mirrorBody: "another version", options: { retries: 0 } });
	assert.equal(outcomes[0]?.error?.code, "checksum");
	assert.deepEqual(pathsOf(mirror), ["/copy"]);
});

test("the listed server alone gets what is for it", async (context) => {
	const { outcomes, listed, mirror } = await get(context, {
		options: { headers: [["Authorization", "Bearer secret"]] },
	});
	assert.equal(outcomes[0]?.status, "saved");
	assert.deepEqual(
		listed.requests.map(({ headers }) => headers.authorization),
		["Bearer secret", "Bearer secret"],
	);
	assert.equal(mirror.requests[0]?.headers.authorization, undefined);
});

test("mirrors that tell of ever new mirrors: the entry ends", async (context) => {
	let count = 0;
	const server = await serve(context, (_, response) => {
		count++;
		response.writeHead(404, {
			link: `</${count}a>; rel=duplicate, </${count}b.meta4>; rel=describedby`,
			digest: `SHA-256=${Buffer.from(sha256, "hex").toString("base64")}`,
		});
		response.end();
	});
	const { outcomes } = await runList(context, `${server.url}/file`, { options: { retries: 1 } });
	assert.equal(outcomes[0]?.status, "failed");
	assert(count < 50, String(count));
});

test("a dry run asks for the Metalink as well, and saves nothing", async (context) => {
	const { outcomes, dir, mirror } = await get(context, { options: { dryRun: true } });
	assert.equal(outcomes[0]?.status, "saved");
	assert.deepEqual(pathsOf(mirror), ["/copy"]);
	assert(!existsSync(join(dir, "file")));
});
