/** Options of `get` on the command line, each by what it does: one server, one run a case, several at once. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { freshFolder } from "./fresh-folder.ts";
import { downspout } from "./run-downspout.ts";

const asked: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
const server = createServer((request, response) => {
	const path = request.url ?? "";
	const before = asked.filter((one) => one.path === path).length;
	asked.push({ path, headers: request.headers });
	const [, kind = ""] = path.split("/");
	switch (kind) {
		case "named":
			return response.writeHead(200, { "content-disposition": 'attachment; filename="given.txt"' }).end("named");
		case "typed":
			return response.writeHead(200, { "content-type": "image/png" }).end("typed");
		case "gzip":
			return response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("unpacked"));
		case "hop":
			return response.writeHead(302, { location: "/hop" }).end();
		case "once-403":
			return response.writeHead(before === 0 ? 403 : 200).end("at last");
		case "silent":
			return;
		case "slow":
			response.writeHead(200, { "content-length": 1000 });
			return void response.write("a");
		case "large":
			return response.end(Buffer.alloc(100_000));
		case "log-in":
			if (request.headers.authorization === undefined) return response.writeHead(401).end();
			response.setHeader("set-cookie", "lasting=1; Max-Age=1000");
			return response.end(request.headers.authorization);
		default:
			return response.end(`this is ${path}`);
	}
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
assert(address !== null && typeof address === "object");
const base = `http://127.0.0.1:${address.port}`;
after(() => {
	server.closeAllConnections();
	server.close();
});

type Case = {
	readonly options: readonly string[];
	/** Of the server; one file. */
	readonly path: string;
	/** Of `summary.json`: how many were saved, and the errors. */
	readonly saved?: number;
	readonly errors?: Readonly<Record<string, number>>;
	readonly files?: Readonly<Record<string, string>>;
	/** Fields of the last request for the path, which is no other case's then: several run at once. */
	readonly sent?: Readonly<Record<string, string>>;
	/** Shortest time that it takes. */
	readonly seconds?: number;
	/** Files that lie in the working directory, by their names. */
	readonly given?: Readonly<Record<string, string>>;
	/** What the file that an option names must hold afterwards. */
	readonly written?: readonly [name: string, holds: RegExp];
	readonly list?: string;
};

const cookieLine = `127.0.0.1\tFALSE\t/\tFALSE\t0\tmine\tyes\n`;
const cases: readonly Case[] = [
	{
		options: [
			"--header",
			"X-One: two",
			"-H",
			"X-Three: four",
			"--user-agent",
			"me/1",
			"--referer",
			"http://a.example/",
		],
		path: "/named/a",
		sent: { "x-one": "two", "x-three": "four", "user-agent": "me/1", referer: "http://a.example/" },
		files: { "given.txt": "named" },
	},
	{
		options: [
			"--no-content-disposition",
			"--http2",
			"never",
			"--segments",
			"3",
			"--fsync",
			"--on-exists",
			"fail",
			"--fresh",
		],
		path: "/named/own",
		files: { own: "named" },
	},
	{
		options: ["--adjust-extension", "--layout", "path", "--expect-type", "image/*", "--write-checksums", "sums"],
		path: "/typed/a",
		files: { [`127.0.0.1+${address.port}/typed/a.png`]: "typed" },
		written: ["sums", /^[0-9a-f]{64} {2}127\.0\.0\.1\+\d+\/typed\/a\.png\n$/],
	},
	{ options: ["--expect-type", "application/pdf"], path: "/typed/b", saved: 0, errors: { wrong_type: 1 } },
	{
		options: ["--compressed"],
		path: "/gzip/a",
		files: { a: "unpacked" },
		sent: { "accept-encoding": "gzip, deflate, br, zstd" },
	},
	{ options: ["--max-size", "50k"], path: "/large/a", saved: 0, errors: { too_large: 1 } },
	{ options: ["--max-redirects", "3"], path: "/hop", saved: 0, errors: { too_many_redirects: 1 } },
	{ options: ["--retry-status", "403", "--retry-base", "0.01"], path: "/once-403/a", files: { a: "at last" } },
	{ options: ["--idle-timeout", "0.3", "--retries", "0"], path: "/silent/a", saved: 0, errors: { timeout: 1 } },
	{ options: ["--timeout", "0.3"], path: "/silent/b", saved: 0, errors: { timeout: 1 } },
	{
		options: ["--min-speed", "1k", "--min-speed-time", "0.3", "--retries", "0"],
		path: "/slow/a",
		saved: 0,
		errors: { too_slow: 1 },
	},
	{ options: ["--limit-rate", "100k"], path: "/large/b", seconds: 0.5 },
	{ options: ["--limit-rate-per-host", "100k"], path: "/large/c", seconds: 0.5 },
	{ options: ["--rate", "2"], path: "/r", list: `${base}/r1\n${base}/r2\n${base}/r3\n`, saved: 3, seconds: 1 },
	{
		options: ["--netrc-file", "rc", "--load-cookies", "jar", "--save-cookies", "new"],
		path: "/log-in/a",
		given: { rc: "machine 127.0.0.1 login me password secret\n", jar: cookieLine },
		files: { a: "Basic bWU6c2VjcmV0" },
		sent: { cookie: "mine=yes" },
		written: ["new", /\tlasting\t1\n/],
	},
	{
		options: ["--checksums", "sums"],
		path: "/typed/t",
		given: { sums: `${"0".repeat(64)}  t\n` },
		saved: 0,
		errors: { checksum: 1 },
	},
	{ options: ["--deny-private"], path: "/private", saved: 0, errors: { denied_address: 1 } },
	{ options: ["--http2", "always"], path: "/two", saved: 0, errors: { protocol: 1 } },
	{
		options: ["--proxy", "http://127.0.0.1:1", "--connect-timeout", "1", "--no-circuit-breaker", "--retries", "0"],
		path: "/proxied",
		saved: 0,
		errors: { connect: 1 },
	},
	{
		options: ["--expand", "--keep-duplicates", "--base", `${base}/based/`],
		path: "/",
		list: "e[1-2]\ne1\n",
		saved: 3,
		files: { "e1 (1)": "this is /based/e1", e2: "this is /based/e2" },
	},
	{
		options: ["--format", "csv", "--url-column", "link", "--out-column", "name"],
		path: "/",
		list: `link,name\n${base}/c,renamed\n`,
		files: { renamed: "this is /c" },
	},
];

describe("options on the command line", { concurrency: 4 }, () => {
	for (const one of cases) {
		const { options, path, saved = 1, errors = {}, files = {}, seconds = 0, list = `${base}${path}\n` } = one;
		test(`${options.join(" ")} ${path}`, async (context) => {
			const cwd = await freshFolder(context);
			await mkdir(cwd, { recursive: true });
			await writeFile(join(cwd, "list"), list);
			for (const [name, text] of Object.entries(one.given ?? {}))
				await writeFile(join(cwd, name), text, { mode: 0o600 });
			const { stdout, stderr } = await downspout(["list", "-d", "got", "--json", "--progress", "none", ...options], {
				cwd,
			});
			const summary: unknown = JSON.parse(stdout || "{}");
			assert(typeof summary === "object" && summary !== null && "saved" in summary && "errors" in summary, stderr);
			assert.deepEqual([summary.saved, summary.errors], [saved, errors]);
			assert("seconds" in summary && typeof summary.seconds === "number");
			assert.ok(summary.seconds >= seconds, `${summary.seconds} s`);
			for (const [name, text] of Object.entries(files))
				assert.equal(await readFile(join(cwd, "got", name), "utf8"), text);
			if (one.written) assert.match(await readFile(join(cwd, one.written[0]), "utf8"), one.written[1]);
			const request = asked.findLast((found) => found.path === path);
			for (const [name, value] of Object.entries(one.sent ?? {})) assert.equal(request?.headers[name], value);
			if (errors.denied_address)
				assert.deepEqual(
					(await readdir(join(cwd, "got"))).filter((name) => name !== ".downspout"),
					[],
				);
		});
	}

	test("--dry-run and --refresh", async (context) => {
		const cwd = await freshFolder(context);
		await writeFile(join(cwd, "list"), `${base}/large/dry\n`);
		const common = ["list", "-d", "got", "--json", "--progress", "none"];
		const dry = await downspout([...common, "--dry-run"], { cwd });
		assert.match(dry.stdout, /"files":\[.*"dry"/);
		assert.deepEqual(await readdir(cwd).then((found) => found.includes("got")), false);
		await downspout(common, { cwd });
		const again = await downspout([...common, "--refresh"], { cwd });
		assert.match(again.stdout, /"skipped":1/);
		assert.equal(asked.filter(({ path }) => path === "/large/dry").length, 3);
	});
});
