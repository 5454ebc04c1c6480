/** The package that npm packs installs elsewhere and works there. */
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { access, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { createCertificate } from "../../src/origin/certificate.ts";
import { serve, serveTls } from "../download/serve.ts";
import { writtenBy } from "../list/read-source.ts";
import { projectRoot } from "./source-files.ts";

const exec = promisify(execFile);

/** What the commands compile is kept here, and not in the cache of whoever tests. */
const cache = mkdtempSync(join(tmpdir(), "downspout-cache-"));
process.env.XDG_CACHE_HOME = cache;
// npm may need this machine's proxy; what the package is asked for is here.
const { no_proxy: past = process.env.NO_PROXY ?? "" } = process.env;
process.env.no_proxy = `127.0.0.1,localhost,${past}`;
after(() => rmSync(cache, { recursive: true, force: true }));

before(async () => {
	// `npm test` builds first; without that there is nothing to pack.
	await access(`${projectRoot}dist/command/main.cjs`).catch(() => exec("npm", ["run", "build"], { cwd: projectRoot }));
});

/** Packs, and installs the tarball as a user would; gives the installed command. */
async function installPacked(folder: string): Promise<string> {
	const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
	const [{ filename }] = JSON.parse((await exec("npm", pack, { cwd: projectRoot })).stdout);
	await writeFile(join(folder, "package.json"), "{}");
	const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", `./${filename}`];
	await exec("npm", install, { cwd: folder });
	return join(folder, "node_modules", ".bin", "downspout");
}

/** The Node that runs this test, and any other one of the search path: it may be an older one. */
function nodes(): readonly string[] {
	const others = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "node"));
	return [
		...new Set([process.execPath, ...others.filter((path) => existsSync(path))].map((path) => realpathSync(path))),
	];
}

test("the packed package runs", async (context) => {
	const folder = await mkdtemp(join(tmpdir(), "downspout-pack-"));
	// Not at once: V8 is set a little after the start, and says so where it does not know a flag.
	const server = createServer((_request, response) => setTimeout(() => response.end("packed\n"), 200)).listen(
		0,
		"127.0.0.1",
	);
	context.after(async () => {
		server.close();
		await rm(folder, { recursive: true, force: true });
	});
	await once(server, "listening");
	const address: AddressInfo | string | null = server.address();
	assert(address !== null && typeof address === "object");
	const bin = await installPacked(folder);
	const { version } = JSON.parse(await readFile(`${projectRoot}package.json`, "utf8"));

	await writeFile(join(folder, "urls.txt"), `http://127.0.0.1:${address.port}/a.txt\n`);
	const { certificate: cert, key } = await createCertificate(["127.0.0.1"]);
	const secure = await serveTls(context, { cert, key }, (_request, response) => response.end("secure\n"));

	for (const [index, node] of nodes().entries()) {
		assert.equal((await exec(node, [bin, "--version"])).stdout, `${version}\n`);
		const quietly = ["--json", "--progress", "none"];
		const { stdout, stderr } = await exec(node, [bin, "urls.txt", "-d", `files-${index}`, ...quietly], { cwd: folder });
		assert.equal(stderr, "");
		assert.equal(JSON.parse(stdout).saved, 1);
		assert.equal(await readFile(join(folder, `files-${index}`, "a.txt"), "utf8"), "packed\n");
		// What runs in workers, and what draws charts, lies in files of its own.
		for (const method of ["threads", "processes"]) {
			const args = [bin, "urls.txt", "-d", `${method}-${index}`, "-m", method, "--json"];
			assert.equal(JSON.parse((await exec(node, args, { cwd: folder })).stdout).saved, 1);
		}
		const once = ["--methods", "async", "--runs", "1", "--warmup", "0", "-o", `report-${index}`];
		await exec(node, [bin, "bench", "urls.txt", ...once], { cwd: folder });
		const shown = ["--dashboard", "--report", "-q", "--log-dir", `logs-${index}`, "--json"];
		const watched = await exec(node, [bin, "urls.txt", "-d", `shown-${index}`, ...shown], { cwd: folder });
		assert.match(watched.stderr, /^dashboard http:\S+\n$/);
		const page = await readFile(join(folder, `logs-${index}`, "latest", "report.html"), "utf8");
		assert.match(page, /<script type="application\/json" id="data">\{"run":/);
		assert.match(await readFile(join(folder, `report-${index}`, "report.html"), "utf8"), /<svg/);
		// TLS is loaded only now.
		const over = [bin, `${secure.url}/b.txt`, "--insecure", "-d", `files-${index}`, "--json"];
		assert.equal(JSON.parse((await exec(node, over, { cwd: folder })).stdout).saved, 1);
		assert.equal(await readFile(join(folder, `files-${index}`, "b.txt"), "utf8"), "secure\n");
	}
	// Without the option nothing of the dashboard is looked at.
	const installed = join(folder, "node_modules", "downspout", "dist");
	await rm(join(installed, "dashboard"), { recursive: true });
	await rm(join(installed, "command", "dashboard.js"));
	const plain = await exec(process.execPath, [bin, "urls.txt", "-d", "plain", "--json", "-q"], { cwd: folder });
	assert.equal(JSON.parse(plain.stdout).saved, 1);
});

test("the packed package reads every format, on any Node that is here", async (context) => {
	const folder = await mkdtemp(join(tmpdir(), "downspout-pack-"));
	context.after(() => rm(folder, { recursive: true, force: true }));
	const { url } = await serve(context, (_request, response) => response.end("text"));
	const bin = await installPacked(folder);
	const file = `<file name="x"><url>${url}/x</url></file>`;
	const lists: readonly (readonly [name: string, bytes: string | Buffer, ...options: string[]])[] = [
		["a.jsonl", `{"url":"${url}/a"}`],
		["b.json", `["${url}/b"]`],
		["c.csv", `url\n${url}/c\n`],
		["d.tsv.gz", gzipSync(`url\tout\n${url}/d\tx\n`)],
		["e.meta4", `<metalink xmlns="urn:ietf:params:xml:ns:metalink">${file}</metalink>`],
		["f.txt.zst", execFileSync("zstd", ["-qc"], { input: `${url}/f\n` })],
		["g.txt", `${url}/[1-1]`, "--expand"],
		["h.parquet", await readFile(writtenBy("arrow-rs-zstd.parquet")), "--base", `${url}/h/`, "--url-column", "id"],
	];
	for (const node of nodes()) {
		for (const [name, bytes, ...options] of lists) {
			await writeFile(join(folder, name), bytes);
			const args = [bin, name, "-d", "got", "--fresh", "--json", "-q", "--retries", "0", ...options];
			const { stdout, stderr } = await exec(node, args, { cwd: folder });
			const { total, saved } = JSON.parse(stdout);
			const count = name === "h.parquet" ? 100 : 1;
			assert.deepEqual([stderr, total, saved], ["", count, count], `${node} ${name}`);
		}
	}
});

test("a download without TLS loads no HTTP/2, with the licences of what the command's files hold beside them", async (context) => {
	const folder = await mkdtemp(join(tmpdir(), "downspout-pack-"));
	context.after(() => rm(folder, { recursive: true, force: true }));
	const { url } = await serve(context, (_request, response) => response.end("text"));
	const report = join(folder, "report.cjs");
	await writeFile(report, 'process.on("exit", () => process.stderr.write(process.moduleLoadList.join()));');
	const args = ["--require", report, `${projectRoot}bin/downspout.js`, `${url}/a`, "-d", "got", "-m", "async", "-q"];
	const { stderr } = await exec(process.execPath, args, { cwd: folder });
	assert.match(stderr, /NativeModule net,/);
	assert.doesNotMatch(stderr, /NativeModule (http2|tls),/);
	const licences = await readFile(`${projectRoot}dist/command/LICENSES.txt`, "utf8");
	for (const name of ["commander", "content-disposition", "string-width"])
		assert.match(licences, new RegExp(`^${name}$`, "m"));
});

test("what the first run compiled is all that the second one needs", async (context) => {
	const folder = await mkdtemp(join(tmpdir(), "downspout-pack-"));
	context.after(() => rm(folder, { recursive: true, force: true }));
	const { url } = await serve(context, (_request, response) => response.end("text"));
	const { size } = await stat(`${projectRoot}dist/command/main.cjs`);
	const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "cache") };
	const caches = async (): Promise<readonly string[]> => {
		await exec(process.execPath, [`${projectRoot}bin/downspout.js`, `${url}/a`, "-d", "got", "-q"], {
			cwd: folder,
			env,
		});
		const paths = (await readdir(env.NODE_COMPILE_CACHE, { recursive: true })).map((name) =>
			join(env.NODE_COMPILE_CACHE, name),
		);
		const files = await Promise.all(paths.map(async (path) => ({ path, ...(await stat(path)) })));
		return files.filter((file) => file.size > size).map(({ path, ino, mtimeMs }) => `${path} ${ino} ${mtimeMs}`);
	};
	const first = await caches();
	assert.equal(first.length, 1, "code of every function is larger than the text that it was compiled from");
	assert.deepEqual(await caches(), first);
});

test("V8 has its own flags again once the command is loaded", async (context) => {
	const folder = await mkdtemp(join(tmpdir(), "downspout-pack-"));
	context.after(() => rm(folder, { recursive: true, force: true }));
	const report = join(folder, "report.cjs");
	const tag = 'require("node:v8").cachedDataVersionTag()';
	await writeFile(
		report,
		`const tag = ${tag}; process.on("exit", () => process.stderr.write(String(tag === ${tag})));`,
	);
	const { stderr } = await exec(process.execPath, ["--require", report, `${projectRoot}bin/downspout.js`, "--help"]);
	assert.equal(stderr, "true");
});

test("what is packed is what a user needs, and nothing of the workshop", async () => {
	const args = ["pack", "--ignore-scripts", "--dry-run", "--json"];
	const [{ files, size, unpackedSize }] = JSON.parse((await exec("npm", args, { cwd: projectRoot })).stdout);
	const paths: readonly string[] = files.map(({ path }: { readonly path: string }) => path);
	for (const wanted of [
		"bin/downspout.js",
		"dist/command/main.cjs",
		"dist/command/thread-main.cjs",
		"dist/command/hash-thread-main.cjs",
		"dist/command/process-main.cjs",
		"dist/command/serve.cjs",
		"dist/command/origin-main.cjs",
		"dist/command/LICENSES.txt",
		"dist/command/dashboard.js",
		"dist/dashboard/page.html",
		"dist/dashboard/LICENSES.txt",
		"dist/index.js",
		"dist/index.d.ts",
		"package.json",
		"README.md",
		"LICENSE",
		"docs/cli.md",
		"docs/downspout.1",
	]) {
		assert(paths.includes(wanted), wanted);
	}
	const allowed =
		/^(bin\/downspout\.js|dist\/.+\.(js|cjs|d\.ts)|dist\/dashboard\/page\.html|dist\/\w+\/LICENSES\.txt|docs\/\w+\.(md|1)|package\.json|[A-Z]+(\.md)?)$/;
	assert.deepEqual(
		paths.filter((path) => !allowed.test(path)),
		[],
	);
	// The command has its modules in files of its own; what else there is belongs to the library.
	assert.deepEqual(
		paths.filter((path) => /^dist\/(bench|cli|origin|dashboard)\/.*s$/.test(path)),
		[],
	);
	assert(size < 1_130_000, `${size} bytes packed`);
	assert(unpackedSize < 3_900_000, `${unpackedSize} bytes unpacked`);
});
