/** Cookies of a file and of a run: which are sent where, that every worker knows what one is told, and what is left at the end. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parseCookieFile, type StoredCookie } from "../../src/core/cookie-file.ts";
import { cookieHeader, createCookies } from "../../src/http/cookies.ts";
import { createCertificate } from "../../src/origin/certificate.ts";
import { downspout } from "../cli/run-downspout.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { runList } from "../run/run-list.ts";
import { type Served, serve, serveTls } from "./serve.ts";

const plain: StoredCookie = {
	...{ domain: "example.org", withSubdomains: false, path: "/", secure: false, httpOnly: false },
	...{ expires: 0, name: "a", value: "b" },
};
const sent: readonly (readonly [
	name: string,
	cookies: readonly Partial<StoredCookie>[],
	url: string,
	expected: string,
])[] = [
	["its host", [{}], "http://example.org/", "a=b"],
	["any port of its host", [{}], "https://example.org:8443/x", "a=b"],
	["no host below it", [{}], "http://www.example.org/", ""],
	["hosts below its domain", [{ withSubdomains: true }], "http://www.example.org/", "a=b"],
	["the domain itself", [{ withSubdomains: true }], "http://example.org/", "a=b"],
	["no host of a similar name", [{ withSubdomains: true }], "http://notexample.org/", ""],
	["its path", [{ path: "/data" }], "http://example.org/data/x", "a=b"],
	["no other path", [{ path: "/data" }], "http://example.org/database", ""],
	["https alone", [{ secure: true }], "http://example.org/", ""],
	["https", [{ secure: true }], "https://example.org/", "a=b"],
	["https of loopback alone", [{ domain: "127.0.0.1", secure: true }], "http://127.0.0.1/", ""],
	["an address", [{ domain: "127.0.0.1" }], "http://127.0.0.1:8080/", "a=b"],
	["a name without a dot", [{ domain: "localhost", withSubdomains: true }], "http://localhost:1/", "a=b"],
	["nobody once it has ended", [{ expires: 1 }], "http://example.org/", ""],
	["as one of several", [{}, { name: "c", httpOnly: true, expires: 4e9 }], "http://example.org/", "a=b; c=b"],
	[
		"every path that it is of, the longest first",
		[{}, { path: "/data", value: "c" }, { path: "/other", value: "d" }],
		"http://example.org/data/x",
		"a=c; a=b",
	],
	["without a name", [{ name: "" }], "http://example.org/", "b"],
];

for (const [name, cookies, url, expected] of sent) {
	test(`a cookie of a file goes to ${name}: ${expected}`, async () => {
		const jar = await createCookies(cookies.map((one) => ({ ...plain, ...one })));
		assert.equal(cookieHeader(jar, new URL(url)), expected);
	});
}

test("cookies that a server sets for several paths all go back", async () => {
	const jar = await createCookies();
	const url = new URL("http://example.org/data/x");
	jar.keep(url, [
		"a=1; Path=/",
		"a=2; Path=/data",
		"b=3; Path=/data; Domain=example.org",
		"a=4; Path=/; Domain=example.org",
	]);
	assert.equal(cookieHeader(jar, url), "a=2; a=1; b=3");
});

test("what servers set takes the place of what the file has, and may end it", async () => {
	const jar = await createCookies([plain, { ...plain, name: "c" }]);
	const url = new URL("http://example.org/");
	jar.keep(url, ["a=new; Path=/", "c=; Max-Age=0; Path=/", "d=e", "f=g; Domain=org", "h=i; Domain=other.test"]);
	assert.equal(cookieHeader(jar, url), "d=e; a=new");
});

test("a server that sets cookies for ever fills no memory", async () => {
	const jar = await createCookies();
	for (let n = 0; n < 4000; n++) jar.keep(new URL("http://example.org/"), [`n${n}=1; Max-Age=1000`]);
	jar.keep(new URL("http://example.org/"), ["n7=2; Max-Age=1000", `long=${"x".repeat(5000)}`]);
	const header = cookieHeader(jar, new URL("http://example.org/"));
	assert.equal(header.split("; ").length, 3000);
	assert.match(header, /n7=2/);
});

/** Gives a session at /login and its files to those who have it. */
function guarded(context: TestContext): Promise<Served> {
	return serve(context, (request, response, nth) => {
		if (request.url === "/login") {
			response.setHeader("set-cookie", [`session=s${nth}; Path=/; HttpOnly`, "keep=1; Path=/; Max-Age=3600"]);
			return void response.end("welcome");
		}
		const isKnown = (request.headers.cookie ?? "").includes("session=s0");
		response.writeHead(isKnown ? 200 : 403).end("text");
	});
}

for (const method of ["async", "threads", "processes", "mix"] as const) {
	test(`${method}: what one worker is told, all know`, async (context) => {
		const { url } = await guarded(context);
		// The others come when the first has ended.
		let loggedIn = (): void => undefined;
		const waiting = new Promise<void>((resolve) => {
			loggedIn = resolve;
		});
		const entries = async function* () {
			yield [{ line: 1, urls: [`${url}/login`] as const }];
			await waiting;
			yield Array.from({ length: 8 }, (_, n) => ({ line: n + 2, urls: [`${url}/${n}`] as const }));
		};
		const saveCookies = join(freshFolder(context), "cookies.txt");
		const { summary } = await runList(context, entries(), {
			options: { method, workers: 2, concurrency: 4, retries: 0, cookies: [], saveCookies },
			onEvent: ({ type }) => type === "ended" && loggedIn(),
		});
		assert.deepEqual([summary.saved, summary.errors], [9, {}]);
		const { cookies } = parseCookieFile(readFileSync(saveCookies, "utf8"));
		assert.deepEqual(
			cookies.map(({ domain, name, value }) => [domain, name, value]),
			[["127.0.0.1", "keep", "1"]],
		);
		assert.equal(statSync(saveCookies).mode & 0o777, 0o600);
	});
}

test("without a cookie file each entry has its own", async (context) => {
	const { url } = await guarded(context);
	const { outcomes } = await runList(context, `${url}/login\n${url}/f`, { options: { concurrency: 1 } });
	assert.deepEqual(
		outcomes.map(({ status }) => status),
		["saved", "failed"],
	);
});

test("from host to log-in host, with netrc, and back with a cookie: the file", async (context) => {
	const login: Served = await serve(context, (request, response) => {
		if (request.headers.authorization !== `Basic ${btoa("me:mine")}`) {
			return void response.writeHead(401, { "www-authenticate": "Basic realm=x" }).end();
		}
		response.writeHead(302, { location: `${data.url}/callback?code=1`, "set-cookie": "sso=1; Path=/" }).end();
	});
	const data: Served = await serve(context, (request, response) => {
		if (request.headers.cookie === "session=1") return void response.end("text");
		const isBack = request.url === "/callback?code=1";
		const location = isBack ? "/file" : `http://localhost:${login.port}/authorize`;
		response.writeHead(302, { location, ...(isBack && { "set-cookie": "session=1; Path=/" }) }).end();
	});
	const netrc = [{ machine: "localhost", login: "me", password: "mine" }];
	for (const options of [{ netrc }, { netrc, cookies: [] }]) {
		const { outcomes } = await runList(context, `${data.url}/file\n${data.url}/file2`, {
			options: { ...options, concurrency: 1, retries: 0 },
		});
		assert.deepEqual(
			outcomes.map(({ status, file }) => [status, file]),
			[
				["saved", "file"],
				["saved", "file2"],
			],
		);
	}
	// Kept for the run, the session saves the second file its log-in.
	assert.equal(login.requests.length, 3);
});

test("cookies of a file go out and into a file byte for byte", async (context) => {
	// UTF-8, and bytes that are none.
	const [given, set] = ["\u00e6\u0097\u00a5", "\u00ff\u00fe"];
	const { url, requests } = await serve(context, (_, response) => {
		// Before a body that is text, Node would write the head in UTF-8.
		response.setHeader("set-cookie", `set=${set}; Max-Age=3600; Path=/`).end(Buffer.from("text"));
	});
	const cwd = freshFolder(context);
	writeFileSync(join(cwd, "in.txt"), `127.0.0.1\tFALSE\t/\tFALSE\t4000000000\tgiven\t${given}\n`, "latin1");
	const args = ["--load-cookies", "in.txt", "--save-cookies", "out.txt"];
	const { code, stderr } = await downspout([`${url}/f`, ...args], { cwd });
	assert.equal(code, 0, stderr);
	assert.equal(requests[0]?.headers.cookie, `given=${given}`);
	const { cookies } = parseCookieFile(readFileSync(join(cwd, "out.txt"), "latin1"));
	assert.deepEqual(
		cookies.map(({ value }) => value),
		[given, set],
	);
});

test("--load-cookies and --save-cookies, from file to file", async (context) => {
	const { certificate: cert, key } = await createCertificate(["127.0.0.1"]);
	const { url, requests } = await serveTls(context, { cert, key }, (_, response) => {
		response.setHeader("set-cookie", ["new=1; Max-Age=3600; Secure", "old=; Max-Age=0; Path=/"]).end("text");
	});
	const cwd = freshFolder(context);
	const lasting = "127.0.0.1\tFALSE\t/\tTRUE\t4000000000\tstay\t1";
	writeFileSync(
		join(cwd, "in.txt"),
		`# Netscape\n127.0.0.1\tFALSE\t/\tFALSE\t4000000000\told\t1\nrubbish\n${lasting}\n`,
	);
	writeFileSync(join(cwd, "real.txt"), "was here");
	symlinkSync("real.txt", join(cwd, "out.txt"));
	const args = ["--insecure", "--load-cookies", "in.txt", "--save-cookies", "out.txt", "--progress", "plain"];
	const { code, stderr } = await downspout([`${url}/a/f`, ...args], { cwd });
	assert.equal(code, 0, stderr);
	assert.match(stderr, /--load-cookies: 1 lines of in\.txt are no cookies, the first is line 3/);
	assert.equal(requests[0]?.headers.cookie, "old=1; stay=1");
	const lines = readFileSync(join(cwd, "real.txt"), "utf8")
		.split("\n")
		.slice(1)
		.filter((line) => line !== "");
	assert.deepEqual(lines[0], lasting);
	assert.match(lines[1] ?? "", /^127\.0\.0\.1\tFALSE\t\/a\tTRUE\t\d+\tnew\t1$/);
	assert.equal(lines.length, 2);
	assert.deepEqual(readdirSync(cwd).sort(), ["downloads", "in.txt", "logs", "out.txt", "real.txt"]);
});
