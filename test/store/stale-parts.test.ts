/** Parts that killed runs left: continued where they prove their version, never trusted where they do not. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { entryKey } from "../../src/journal/entry-key.ts";
import { processPlace } from "../../src/journal/process-identity.ts";
import { serve } from "../download/serve.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { contentOf, entryOf, partsIn, runList } from "../run/run-list.ts";

const body = Buffer.from(Array.from({ length: 3000 }, (_, n) => `line ${n}\n`).join(""));
const checksum = createHash("sha256").update(body).digest("hex");
const dead = { pid: 4_194_300, startTicks: "1", coordinatorPid: 4_194_300, coordinatorStartTicks: "1" };

type Left = {
	readonly name: string;
	/** Of `source.json`; the URL is added. No file where there is none. */
	readonly source: Readonly<Record<string, unknown>> | string | undefined;
	readonly kept: Buffer | undefined;
	/** What the server is asked for. */
	readonly range: string | undefined;
};

const cases: readonly Left[] = [
	{
		name: "a part of a known version",
		source: { etag: '"1"', totalBytes: body.length },
		kept: body.subarray(0, 1000),
		range: "bytes=1000-",
	},
	{
		name: "a part of a known version and unknown length",
		source: { etag: '"1"' },
		kept: body.subarray(0, 1000),
		range: "bytes=1000-",
	},
	{
		name: "a part of all bytes",
		source: { etag: '"1"', totalBytes: body.length },
		kept: body,
		range: `bytes=${body.length - 1}-`,
	},
	{ name: "an empty part", source: { etag: '"1"' }, kept: Buffer.alloc(0), range: undefined },
	{ name: "a folder without files", source: undefined, kept: undefined, range: undefined },
	{ name: "a part without its bytes", source: { etag: '"1"' }, kept: undefined, range: undefined },
	{ name: "a part that nothing proves", source: {}, kept: body.subarray(0, 1000), range: undefined },
	{ name: "a part of a weak version", source: { etag: 'W/"1"' }, kept: body.subarray(0, 1000), range: undefined },
	{
		name: "a part of another URL",
		source: { etag: '"1"', url: "http://elsewhere/" },
		kept: body.subarray(0, 1000),
		range: undefined,
	},
	{ name: "a part whose source is torn", source: '{"url":"http', kept: body.subarray(0, 1000), range: undefined },
];

for (const owner of ["", "@killed-async-1"]) {
	for (const left of cases) {
		test(`${left.name} ${owner ? "of a worker that was killed" : "that nobody has"} is ${left.range ? "continued" : "begun again"}`, async (context) => {
			const { url, requests } = await serve(context, (request, response) => {
				const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
				const head = { etag: '"1"', "content-length": body.length - from };
				response.writeHead(
					from ? 206 : 200,
					from ? { ...head, "content-range": `bytes ${from}-${body.length - 1}/${body.length}` } : head,
				);
				response.end(body.subarray(from));
			});
			const dir = leave(context, { left, url: `${url}/f`, owner });
			const { outcomes } = await runList(context, [entryOf(`${url}/f`, { checksum })], { dir });
			assert.equal(outcomes[0]?.error?.message, undefined);
			assert.equal(contentOf(dir, "f"), body.toString());
			assert.deepEqual(
				requests.map(({ headers }) => headers.range),
				[left.range],
			);
			assert.deepEqual(partsIn(dir), []);
		});
	}
}

test("the parts of a worker that lives are not touched", async (context) => {
	const { url, requests } = await serve(context, (_, response) => response.end(body));
	const left: Left = { name: "", source: { etag: '"1"' }, kept: body.subarray(0, 1000), range: undefined };
	const dir = leave(context, { left, url: `${url}/f`, owner: "@living-async-1" });
	writeOwner(dir, "living-async-1", { pid: process.ppid, coordinatorPid: process.ppid });
	writeFileSync(join(dir, ".downspout/parts/living-async-1~7"), "small file on its way");
	await runList(context, `${url}/f`, { dir });
	assert.deepEqual(
		requests.map(({ headers }) => headers.range),
		[undefined],
	);
	const key = entryKey(`${url}/f`, undefined);
	assert.deepEqual(partsIn(dir).sort(), [`${key}@living-async-1`, "living-async-1~7"].sort());
	assert.equal(readFileSync(join(dir, `.downspout/parts/${key}@living-async-1/body`)).length, 1000);
});

test("small files on their way of a worker that was killed are cleared away", async (context) => {
	const dir = join(freshFolder(context), "downloads");
	mkdirSync(join(dir, ".downspout/parts"), { recursive: true });
	writeOwner(dir, "killed-async-1", dead);
	writeFileSync(join(dir, ".downspout/parts/killed-async-1~7"), "bytes");
	await runList(context, "", { dir });
	assert.deepEqual(partsIn(dir), []);
});

type Leaving = { readonly left: Left; readonly url: string; readonly owner: string };

/** A directory with a part, as a killed run leaves it. */
function leave(context: TestContext, { left, url, owner }: Leaving): string {
	const dir = join(freshFolder(context), "downloads");
	const folder = join(dir, `.downspout/parts/${entryKey(url, undefined)}${owner}`);
	mkdirSync(folder, { recursive: true });
	const { source, kept } = left;
	if (source !== undefined) {
		writeFileSync(
			join(folder, "source.json"),
			typeof source === "string" ? source : JSON.stringify({ url, ...source }),
		);
	}
	if (kept !== undefined) writeFileSync(join(folder, "body"), kept);
	if (owner) writeOwner(dir, owner.slice(1), dead);
	return dir;
}

function writeOwner(
	dir: string,
	id: string,
	identity: { readonly pid: number; readonly coordinatorPid: number },
): void {
	const owners = join(dir, ".downspout/owners");
	mkdirSync(owners, { recursive: true });
	writeFileSync(join(owners, `${id}.json`), JSON.stringify({ place: processPlace(), ...identity }));
}
