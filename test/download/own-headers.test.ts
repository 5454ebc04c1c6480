/** Header fields that users give, for all entries or for one: which are refused, where they go, and as which bytes. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { resolveOptions } from "../../src/core/resolve-options.ts";
import { freshFolder } from "../cli/fresh-folder.ts";
import { downspout, startDownspout } from "../cli/run-downspout.ts";
import { byLine, contentOf, entryOf, runList } from "../run/run-list.ts";
import { serve, serveRaw } from "./serve.ts";

const refused = [
	"Range: bytes=0-1",
	"range: bytes=0-1",
	"If-Range: x",
	"Content-Length: 5",
	"Transfer-Encoding: chunked",
	"Connection: close",
	"Keep-Alive: 5",
	"Proxy-Connection: keep-alive",
	"Expect: 100-continue",
	"TE: trailers",
	"Trailer: x",
	"Upgrade: h2c",
	"HTTP2-Settings: AAA",
];

test("a header of an entry that HTTP or downspout needs is invalid_option, before any request", async (context) => {
	const { url, requests } = await serve(context, (request, response) => response.end(request.url));
	const lines = refused.map((header, index) => `${url}/${index}\n  header=${header}\n`);
	const { outcomes } = await runList(context, `${lines.join("")}${url}/good\n  header=X-Good: yes\n`);
	const ended = byLine(outcomes);
	for (const [index, header] of refused.entries()) {
		const { status, error, attempts } = ended[index] ?? assert.fail(header);
		assert.deepEqual([status, error?.code, attempts], ["failed", "invalid_option", 0], header);
		assert.match(error?.message ?? "", new RegExp(`^header: "${header.split(":", 1)[0]}" `));
	}
	assert.equal(ended.at(-1)?.status, "saved");
	assert.deepEqual(
		requests.map(({ path }) => path),
		["/good"],
	);
});

test("what a program gives as a header is judged likewise", async (context) => {
	const { url, requests } = await serve(context, (_, response) => response.end());
	const bad = [
		["Range", "bytes=0-1"],
		["X-Split", "a\r\nRange: bytes=0-1"],
		["no name", "x"],
	] as const;
	const entries = bad.map((header, line) => entryOf(`${url}/${line}`, { line, headers: [["X-Good", "1"], header] }));
	const { summary } = await runList(context, entries);
	assert.deepEqual(summary.errors, { invalid_option: 3 });
	assert.deepEqual(requests, []);
});

test("--header refuses the same, in one line", async (context) => {
	for (const header of refused)
		assert.throws(() => resolveOptions({ header: [header] }, { version: "1", cores: 1 }), {
			code: "usage",
			message: `--header: "${header.split(":", 1)[0]}" is a header that downspout sets itself`,
		});
	const cwd = await freshFolder(context);
	const { code, stdout, stderr } = await downspout(["http://127.0.0.1:1/a", "-H", "Range: bytes=0-1"], { cwd });
	assert.deepEqual([code, stdout], [2, ""]);
	assert.match(stderr, /^downspout: --header: "Range" is a header that downspout sets itself\n$/);
});

test("a header without a value takes away what would be sent, as with curl", async (context) => {
	const { url, requests } = await serve(context, (_, response) => response.end("text"));
	const { headers } = resolveOptions(
		{ header: ["User-Agent:", "Accept:  ", "X-All: 1", "Host:"] },
		{ version: "1", cores: 1 },
	);
	const entries = [entryOf(`${url}/a`), entryOf(`${url}/b`, { line: 2, headers: [["x-all", ""]] })];
	await runList(context, entries, { options: { headers, concurrency: 1 } });
	const kept = { host: url.slice("http://".length), "accept-encoding": "identity" };
	assert.deepEqual(
		requests.map((request) => ({ ...request.headers, connection: undefined })),
		[{ ...kept, "x-all": "1" }, kept].map((fields) => ({ ...fields, connection: undefined })),
	);
});

for (const from of ["--header", "the entry"]) {
	test(`a Host of ${from} goes to the listed origin, not to where a redirect leads`, async (context) => {
		const other = await serve(context, (_, response) => response.end("there"));
		const listed = await serve(context, (request, response) => {
			if (request.url === "/b") return void response.writeHead(302, { location: `${other.url}/c` }).end();
			response.writeHead(302, { location: "/b" }).end();
		});
		const host = [["Host", "virtual.example"]] as const;
		const entry = entryOf(`${listed.url}/a`, from === "--header" ? {} : { headers: host });
		const { dir } = await runList(context, [entry], from === "--header" ? { options: { headers: host } } : {});
		assert.equal(contentOf(dir, "a"), "there");
		assert.deepEqual(
			listed.requests.map(({ headers }) => headers.host),
			["virtual.example", "virtual.example"],
		);
		assert.deepEqual(
			other.requests.map(({ headers }) => headers.host),
			[`127.0.0.1:${other.port}`],
		);
	});
}

/** The field lines of each request, a character for each byte. */
async function serveRecorded(
	context: TestContext,
	answers: readonly string[],
): Promise<{ url: string; heads: string[] }> {
	const heads: string[] = [];
	const { url } = await serveRaw(context, (socket, head, nth) => {
		heads.push(head);
		const answer = answers[nth];
		if (answer === undefined)
			socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", "latin1");
		else socket.end(answer, "latin1");
	});
	return { url, heads };
}

/** Text as the bytes of its UTF-8, a character for each. */
function bytesOf(given: string): string {
	return Buffer.from(given, "utf8").toString("latin1");
}

test("a user's text beyond ASCII is encoded once, wherever it was given", async (context) => {
	const { url, heads } = await serveRecorded(context, []);
	const { headers } = resolveOptions(
		{ header: ["X-All: ü€"], referer: "https://é.example/", userAgent: "agent ✓" },
		{ version: "1", cores: 1 },
	);
	const entry = entryOf(`${url}/a`, { headers: [["X-One", "ñ"]] });
	await runList(context, [entry], { options: { headers } });
	for (const line of ["x-all: ü€", "referer: https://é.example/", "user-agent: agent ✓", "x-one: ñ"]) {
		const [name = "", ...value] = line.split(" ");
		assert(new RegExp(`^${name} ${bytesOf(value.join(" "))}$`, "im").test(heads[0] ?? ""), `${line} in ${heads[0]}`);
	}
});

test("a text list's and a command line's text is encoded once as well", async (context) => {
	const { url, heads } = await serveRecorded(context, []);
	const run = startDownspout(["-", "-d", "got", "-q", "-H", "X-All: ü", "--referer", "é", "--json"], {
		cwd: await freshFolder(context),
	});
	run.stdin?.end(`${url}/a\n  header=X-One: ñ\n`);
	const [printed] = await Promise.all([text(run.stdout ?? assert.fail()), once(run, "close")]);
	assert.equal(JSON.parse(printed).saved, 1);
	for (const line of [`x-all: ${bytesOf("ü")}`, `referer: ${bytesOf("é")}`, `x-one: ${bytesOf("ñ")}`])
		assert(heads[0]?.toLowerCase().includes(line.toLowerCase()), line);
});

/** What a server may send: UTF-8, Latin-1, and bytes that are neither. */
const foreign = ["\u00c3\u00bc", "\u00fc", "\u00ff\u0081\u00fe"];
for (const [index, bytes] of foreign.entries()) {
	test(`a server's cookies go back byte for byte (${index})`, async (context) => {
		const { url, heads } = await serveRecorded(context, [
			`HTTP/1.1 302 Found\r\nLocation: /b\r\nSet-Cookie: id=${bytes}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
		]);
		const entry = entryOf(`${url}/a`, { headers: [["Cookie", "own=ü"]] });
		const { outcomes } = await runList(context, [entry]);
		assert.equal(outcomes[0]?.status, "saved");
		assert.match(heads[1] ?? "", new RegExp(`^cookie: own=${bytesOf("ü")}; id=${bytes}$`, "im"));
	});

	test(`a server's ETag goes back byte for byte (${index})`, async (context) => {
		const head = `ETag: "${bytes}"\r\nConnection: close\r\n`;
		const { url, heads } = await serveRecorded(context, [
			`HTTP/1.1 200 OK\r\nContent-Length: 10\r\n${head}\r\n01234`,
			`HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nContent-Range: bytes 5-9/10\r\n${head}\r\n56789`,
		]);
		const { dir } = await runList(context, [entryOf(`${url}/a`)]);
		assert.equal(contentOf(dir, "a"), "0123456789");
		assert.match(heads[1] ?? "", new RegExp(`^if-range: "${bytes}"$`, "im"));
	});
}
