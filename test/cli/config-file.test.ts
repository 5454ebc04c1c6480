/** Options from files: what they set, what goes before what, and where a wrong one is. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Configured, readConfig } from "../../src/cli/config-file.ts";
import { resolveOptions } from "../../src/core/resolve-options.ts";
import { UsageError } from "../../src/core/usage-error.ts";
import { serve } from "../download/serve.ts";
import { freshFolder } from "./fresh-folder.ts";
import { downspout } from "./run-downspout.ts";

type Files = { readonly named?: string; readonly own?: string };
type Written = {
	readonly folder: string;
	readonly named: string;
	readonly own: string;
	readonly env: NodeJS.ProcessEnv;
};

async function write(context: TestContext, { named, own }: Files): Promise<Written> {
	const folder = await freshFolder(context);
	const paths = { named: join(folder, "some.conf"), own: join(folder, "home", "downspout", "downspout.conf") };
	await mkdir(join(folder, "home", "downspout"), { recursive: true });
	if (named !== undefined) await writeFile(paths.named, named);
	if (own !== undefined) await writeFile(paths.own, own);
	return { folder, ...paths, env: { XDG_CONFIG_HOME: join(folder, "home") } };
}

const read: readonly (readonly [content: string, values: Readonly<Record<string, unknown>>])[] = [
	["", {}],
	["# dir=x\n\n   # dir=y\n", {}],
	["dir=files", { dir: "files" }],
	["\ufeff dir \t=  two words  \r\nretries=5\r\n", { dir: "two words", retries: "5" }],
	["dir=a=b#c\rretries=1", { dir: "a=b#c", retries: "1" }],
	["json=true\nquiet = false", { json: true, quiet: false }],
	["no-content-disposition=true", { contentDisposition: false }],
	["no-content-disposition=false", { contentDisposition: true }],
	["header=A: 1\nheader=B: x=y", { header: ["A: 1", "B: x=y"] }],
	["retries=1\nretries=2", { retries: "2" }],
	["concurrency=auto\nmax-size=2Mi\ntimeout=0.5", { concurrency: "auto", maxSize: "2Mi", timeout: "0.5" }],
	["dashboard=false", { dashboard: false }],
];
for (const [content, values] of read) {
	test(`reads ${JSON.stringify(content)}`, async (context) => {
		const { named, own, env } = await write(context, { named: content, own: content });
		assert.deepEqual({ ...readConfig({ config: named }, { XDG_CONFIG_HOME: "/nonexistent" }).values }, values);
		assert.deepEqual({ ...readConfig({}, env).values }, values, own);
	});
}

test("FILE goes before the user's own, the command line before both, an option at a time", async (context) => {
	const { named, env } = await write(context, {
		own: "dir=own\nretries=1\nheader=A: own\njson=true\n",
		named: "dir=named\nheader=B: named\nheader=C: named\n",
	});
	assert.deepEqual(readConfig({ config: named, dir: "given" }, env).values, {
		dir: "given",
		retries: "1",
		header: ["B: named", "C: named"],
		json: true,
	});
	assert.deepEqual(readConfig({ header: ["D: given"] }, env).values, {
		dir: "own",
		retries: "1",
		header: ["D: given"],
		json: true,
	});
});

/** What is wrong in line 2, and what the one line says after the file. */
const wrong: readonly (readonly [line: string, said: RegExp])[] = [
	["dirr=x", /there is no option "dirr" \(did you mean dir\?\)$/],
	["config=other.conf", /there is no option "config"$/],
	["content-disposition=true", /there is no option "content-disposition"/],
	["urls.txt", /"urls\.txt" is not of the form name=value$/],
	["=x", /there is no option ""$/],
	["dir=", /--dir: "" is not some text$/],
	["json=yes", /json: "yes" is not true or false$/],
	["json=", /json: "" is not true or false$/],
	["concurrency=0", /--concurrency: "0" is not a whole number/],
	["method=fast", /--method: "fast" is not one of/],
	["header=nonsense", /--header: "nonsense" is not of the form/],
	["header=Range: bytes=0-1", /--header: "Range" is a header that downspout sets itself$/],
	["workers=8", /--workers: 8 is more than --concurrency 2/],
];
for (const [line, said] of wrong) {
	test(`refused with file and line: ${line}`, async (context) => {
		const content = `# one\n${line}\nheader=Good: yes\n`;
		const { named, own, env } = await write(context, { named: content, own: content });
		for (const [path, config, base] of [
			[own, undefined, env],
			[named, named, { XDG_CONFIG_HOME: "/nonexistent" }],
		] as const) {
			const message = problemOf({ concurrency: "2", ...(config !== undefined && { config }) }, base);
			assert(message.startsWith(`${path}, line 2: `), message);
			assert.match(message, said);
		}
	});
}

function problemOf(given: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv): string {
	let config: Configured | undefined;
	try {
		config = readConfig(given, env);
		resolveOptions(config.values, { version: "1", cores: 1 });
	} catch (error) {
		const located = config === undefined ? error : config.locate(error);
		assert(located instanceof UsageError, String(located));
		return located.message;
	}
	return "";
}

test("the command line says so in one line, before anything is downloaded", async (context) => {
	for (const [line, said] of [
		["dirr=x", /there is no option "dirr"/],
		["ca-certificate=missing.pem", /--ca-certificate: "missing\.pem" cannot be read/],
	] as const) {
		const { folder, named } = await write(context, { named: `# one\n${line}\n` });
		const args = ["http://127.0.0.1:1/never-asked", "--config", named];
		const { code, stdout, stderr } = await downspout(args, { cwd: folder });
		assert.deepEqual([code, stdout], [2, ""], stderr);
		assert(stderr.startsWith(`downspout: ${named}, line 2: `), stderr);
		assert.match(stderr, said);
		assert.match(stderr, /^[^\n]+\n$/);
	}
});

test("a file that cannot be read is named; the user's own need not be there", async (context) => {
	const { folder, named, own } = await write(context, {});
	const env = { XDG_CONFIG_HOME: "/nonexistent" };
	assert.throws(() => readConfig({ config: named }, env), {
		code: "usage",
		message: /^--config: ".*some\.conf" cannot/,
	});
	assert.throws(() => readConfig({ config: folder }, env), { code: "usage", message: /^--config: .* cannot be read/ });
	await mkdir(own);
	assert.throws(() => readConfig({}, { XDG_CONFIG_HOME: join(folder, "home") }), {
		code: "usage",
		message: /conf cannot/,
	});
	assert.deepEqual(readConfig({}, env).values, {});
});

test("without XDG_CONFIG_HOME, or with one that is not absolute, it is below the home folder", async (context) => {
	const { url, requests } = await serve(context, (_, response) => response.end("here"));
	const folder = await freshFolder(context);
	await mkdir(join(folder, ".config", "downspout"), { recursive: true });
	await writeFile(join(folder, ".config/downspout/downspout.conf"), "json=true\nprogress=none\nheader=X-Own: yes\n");
	for (const base of ["", "relative"]) {
		const env = { HOME: folder, XDG_CONFIG_HOME: base };
		const { code, stdout } = await downspout([`${url}/${base}`], { cwd: folder, env });
		assert.deepEqual([code, JSON.parse(stdout).saved], [0, 1]);
		assert.equal(requests.at(-1)?.headers["x-own"], "yes");
	}
});
