/** The library as it is installed: from JavaScript, from TypeScript that tsx runs, and for the type checker. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { startFileServer } from "./file-server.ts";
import { installBuilt, tool } from "./install-built.ts";
import "../without-proxies.ts";

const exec = promisify(execFile);
let folder = "";

before(async () => {
	folder = realpathSync(await mkdtemp(join(tmpdir(), "downspout-library-")));
	await installBuilt(folder);
	await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
});
after(() => rm(folder, { recursive: true, force: true }));

/** The Node that runs this test, and the other ones of the search path: they may be older. */
function nodes(): readonly string[] {
	const found = (process.env.PATH ?? "").split(delimiter).map((place) => join(place, "node"));
	return [...new Set([process.execPath, ...found.filter(existsSync)].map((path) => realpathSync(path)))];
}

/** Prints how many of each status there were, the models that saved, and the listeners that a library must not add. */
const program = `
const [base = "", method = "async", dir = ""] = process.argv.slice(2);
const urls = Array.from({ length: 60 }, (_, index) => base + (index % 6 === 0 ? "/missing" : "/f") + index);
const counts: Record<string, number> = {};
const models = new Set<string>();
const signals = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((name) => () => process.listenerCount(name));
let listeners = 0;
for await (const outcome of download(urls, { dir, method: method as Method, workers: 2, retries: 0 })) {
	counts[outcome.status] = (counts[outcome.status] ?? 0) + 1;
	if (outcome.status === "saved") models.add(outcome.method);
	for (const count of signals) listeners += count();
}
console.log(JSON.stringify({ ...counts, models: [...models].sort(), listeners }));
`;

/** What JavaScript has not. */
function withoutTypes(text: string): string {
	return text.replace(/: Record<string, number>| as const| as Method|(?<=Set)<string>/g, "");
}

const ways: readonly { readonly name: string; readonly command: readonly string[]; readonly file: string }[] = [
	{ name: "TypeScript run by tsx", command: [tool("tsx")], file: "program.ts" },
	...nodes().map((node, index) => ({ name: `JavaScript, Node ${index + 1}`, command: [node], file: "plain.js" })),
];

for (const { name, command, file } of ways) {
	for (const method of ["async", "threads", "processes", "mix"]) {
		test(`${name}, ${method}`, async (context) => {
			const { base } = await startFileServer(context);
			const head = file.endsWith(".ts") ? "download, type Method" : "download";
			const body = file.endsWith(".ts") ? program : withoutTypes(program);
			await writeFile(join(folder, file), `import { ${head} } from "downspout";\n${body}`);
			const [executable = "", ...args] = command;
			const dir = join(folder, `${name}-${method}`);
			const all = [...args, join(folder, file), base, method, dir];
			const { stdout, stderr } = await exec(executable, all, { cwd: folder });
			const models = method === "mix" ? ["async", "processes", "threads"] : [method];
			assert.deepEqual(JSON.parse(stdout), { failed: 10, saved: 50, models, listeners: 0 });
			assert.equal(stderr, "");
		});
	}
}

const typed = `
import { type DownloadEntry, type DownloadOptions, download, ListError, type Outcome, RunError, UsageError } from "downspout";

const entry: DownloadEntry = { url: ["https://a.example/x", "https://b.example/x"], out: "x", headers: { "X-One": "1" } };
const options: DownloadOptions = { method: "threads", concurrency: "auto", maxSize: "10Mi", signal: new AbortController().signal };
const results: AsyncIterable<Outcome> = download([entry, "https://a.example/y", new URL("https://a.example/z")], options);
export async function use(): Promise<string[]> {
	const files: string[] = [];
	try {
		for await (const { status, file, error } of results) {
			if (status === "saved" && file !== null) files.push(file);
			if (error?.code === "http_404") files.push(error.message);
		}
		for await (const _ of download("urls.txt")) break;
	} catch (error) {
		if (error instanceof UsageError) files.push(error.code satisfies "usage");
		if (error instanceof ListError) files.push(error.code satisfies "list_unreadable", error.hint);
		if (error instanceof RunError) files.push(error.code, String(error.summary?.saved));
	}
	return files;
}
// @ts-expect-error: no such method
download([], { method: "asynch" });
// @ts-expect-error: no such option
download([], { typo: 1 });
// @ts-expect-error: no source
download(5);
// @ts-expect-error: an entry needs a URL
download([{ out: "x" }]);
`;

const settings = [
	{ name: "Node's", flags: ["--module", "nodenext", "--types", "node"] },
	{ name: "a bundler's", flags: ["--module", "esnext", "--moduleResolution", "bundler", "--types", "node"] },
	{ name: "no types of Node", flags: ["--module", "nodenext", "--lib", "es2023,dom", "--types", ""] },
];

for (const { name, flags } of settings) {
	test(`the types are whole: ${name}`, async () => {
		const file = join(folder, "typed.ts");
		await writeFile(file, typed);
		const strict = ["--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false", "--noEmit"];
		const args = [...strict, "--target", "es2023", ...flags, file];
		await exec(tool("tsc"), args, { cwd: folder }).catch((error: unknown) => {
			assert.fail(error instanceof Error && "stdout" in error ? String(error.stdout) : String(error));
		});
	});
}
