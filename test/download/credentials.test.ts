/** User names and passwords: netrc, the URL's own, Basic and Digest, and where they never go. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { NetrcEntry } from "../../src/core/netrc.ts";
import { parseChallenges } from "../../src/http/challenges.ts";
import { cannotServe, startServer } from "../http/real-server.ts";
import { contentOf, entryOf, runList } from "../run/run-list.ts";
import { type Served, serve } from "./serve.ts";

const basic = (user: string, password: string): string => `Basic ${btoa(`${user}:${password}`)}`;
const mine: NetrcEntry = { machine: "127.0.0.1", login: "me", password: "mine" };
const theirs: NetrcEntry = { machine: "localhost", login: "you", password: "theirs" };
const anybody: NetrcEntry = { login: "any", password: "body" };

type Case = {
	readonly name: string;
	readonly netrc?: readonly NetrcEntry[];
	/** Before the host of the listed URL. */
	readonly user?: string;
	readonly headers?: readonly (readonly [string, string])[];
	/** Where the listed server redirects to: its own port, that of another server, by either name. */
	readonly to?: "own" | "other" | "own by name" | "other by name";
	readonly expected: string | undefined;
};

const cases: readonly Case[] = [
	{ name: "an entry of the host", netrc: [theirs, mine], expected: basic("me", "mine") },
	{ name: "the first of two", netrc: [mine, { ...mine, login: "b" }], expected: basic("me", "mine") },
	{ name: "default", netrc: [theirs, anybody], expected: basic("any", "body") },
	{ name: "the host's before default", netrc: [mine, anybody], expected: basic("me", "mine") },
	{ name: "none of the host", netrc: [theirs], expected: undefined },
	{ name: "an entry without either", netrc: [{ machine: "127.0.0.1" }], expected: undefined },
	{ name: "the URL's own first", netrc: [mine], user: "a:b@", expected: basic("a", "b") },
	{
		name: "the password of the URL's user",
		netrc: [{ ...mine, login: "x" }, mine],
		user: "me@",
		expected: basic("me", "mine"),
	},
	{ name: "another user of the URL", netrc: [mine], user: "you@", expected: basic("you", "") },
	{
		name: "an Authorization header first",
		netrc: [mine],
		headers: [["Authorization", "Bearer x"]],
		expected: "Bearer x",
	},
	{ name: "a redirect within the origin", netrc: [mine], to: "own", expected: basic("me", "mine") },
	{ name: "a redirect to another port", netrc: [mine, anybody], to: "other", expected: undefined },
	{
		name: "a redirect to a host of its own entry",
		netrc: [mine, theirs],
		to: "other by name",
		expected: basic("you", "theirs"),
	},
	{ name: "a redirect to a host without one", netrc: [mine, anybody], to: "other by name", expected: undefined },
	{ name: "the URL's own and a redirect", user: "a:b@", to: "other", expected: undefined },
	{
		name: "the URL's own, and netrc where a redirect leads",
		netrc: [theirs],
		user: "a:b@",
		to: "other by name",
		expected: basic("you", "theirs"),
	},
];

for (const { name, netrc, user = "", headers, to, expected } of cases) {
	test(`${name}: ${expected ?? "nothing"} is sent`, async (context) => {
		const other = await serve(context, (_, response) => response.end("text"));
		const listed: Served = await serve(context, (request, response) => {
			if (to === undefined || request.url === "/to") return void response.end("text");
			const host = to.endsWith("by name") ? "localhost" : "127.0.0.1";
			const port = to.startsWith("own") ? listed.port : other.port;
			response.writeHead(302, { location: `http://${host}:${port}/to` }).end();
		});
		const entry = entryOf(listed.url.replace("//", `//${user}`), headers ? { headers } : {});
		const { outcomes, events } = await runList(context, [entry], { options: netrc ? { netrc } : {} });
		assert.equal(outcomes[0]?.status, "saved");
		const last = [...listed.requests, ...other.requests].at(-1);
		assert.equal(last?.headers.authorization, expected);
		assert.doesNotMatch(JSON.stringify(events.filter(({ type }) => type === "ended")), /mine|theirs|body/);
	});
}

test("a chain that comes back to the listed origin shows it the URL's credentials again", async (context) => {
	const login = await serve(context, (_, response) =>
		response.writeHead(302, { location: `${data.url}/file?back` }).end(),
	);
	const data: Served = await serve(context, (request, response) => {
		if (request.url === "/file?back") return void response.end("text");
		response.writeHead(302, { location: `${login.url}/login` }).end();
	});
	await runList(context, `${data.url.replace("//", "//me:mine@")}/file`);
	assert.deepEqual(
		data.requests.map(({ headers }) => headers.authorization),
		[basic("me", "mine"), basic("me", "mine")],
	);
	assert.equal(login.requests[0]?.headers.authorization, undefined);
});

for (const digest of ["MD5", "SHA-256"] as const) {
	test(`lighttpd asks for Digest with ${digest}`, { skip: cannotServe }, async (context) => {
		const hash = createHash(digest === "MD5" ? "md5" : "sha256");
		const users = `me:files:${hash.update("me:files:mine").digest("hex")}\n`;
		const { url, root } = await startServer(context, { program: "lighttpd", requests: 1000, digest, users });
		const names = Array.from({ length: 8 }, (_, n) => `f${n}.txt`);
		for (const name of names) writeFileSync(join(root, name), name);
		mkdirSync(join(root, "a b"));
		writeFileSync(join(root, "a b", "c"), "c");
		const list = (user: string): string =>
			[...names, "a%20b/c?x=1,2"].map((name) => `${url.replace("//", `//${user}`)}/${name}`).join("\n");
		const inUrls = await runList(context, list("me:mine@"), { options: { retries: 0, concurrency: 4, perHost: 4 } });
		assert.deepEqual([inUrls.summary.saved, inUrls.summary.errors], [9, {}]);
		assert.equal(contentOf(inUrls.dir, "f3.txt"), "f3.txt");
		const inNetrc = await runList(context, list(""), { options: { retries: 0, netrc: [mine] } });
		assert.deepEqual([inNetrc.summary.saved, inNetrc.summary.errors], [9, {}]);
		const wrong = await runList(context, list("me:wr0ng@"), { options: { retries: 3 } });
		assert.deepEqual(wrong.summary.errors, { http_401: 9 });
		assert.deepEqual(new Set(wrong.outcomes.map(({ attempts }) => attempts)), new Set([1]));
	});
}

/** Digest with nonces that age after two uses; says so, or not. */
function digestServer(context: TestContext, tellsStale: boolean): Promise<Served> {
	let nonce = 1;
	let used = 0;
	return serve(context, (request, response) => {
		const fields = digestOf(request);
		const isRight = fields?.get("username") === "me" && fields.get("response") === responseTo(fields, request);
		const isFresh = fields?.get("nonce") === String(nonce) && used < 2;
		if (isRight && isFresh) {
			used++;
			return void response.end("text");
		}
		if (used >= 2) {
			nonce++;
			used = 0;
		}
		const stale = isRight && tellsStale ? ", stale=true" : "";
		response.writeHead(401, { "www-authenticate": `Digest realm="r", nonce="${nonce}", qop="auth"${stale}` }).end("no");
	});
}

function digestOf({ headers }: Pick<IncomingMessage, "headers">): ReadonlyMap<string, string> | undefined {
	const [found] = parseChallenges([headers.authorization ?? ""]);
	return found?.scheme === "digest" ? found.parameters : undefined;
}

function responseTo(fields: ReadonlyMap<string, string>, { method, url }: IncomingMessage): string {
	const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
	const [first, second] = [md5("me:r:mine"), md5(`${method}:${url}`)];
	return md5([first, ...["nonce", "nc", "cnonce", "qop"].map((name) => fields.get(name)), second].join(":"));
}

for (const tellsStale of [true, false]) {
	test(`nonces that age, ${tellsStale ? "said" : "not said"} to be stale`, async (context) => {
		const { url, requests } = await digestServer(context, tellsStale);
		const list = Array.from({ length: 7 }, (_, n) => `${url.replace("//", "//me:mine@")}/${n}`).join("\n");
		const { summary } = await runList(context, list, { options: { retries: 0, concurrency: 1 } });
		assert.equal(summary.saved, 7);
		// One with Basic, seven files, and one question more after each second file.
		assert.equal(requests.length, 1 + 7 + 3);
		const counts = requests.map((request) => digestOf(request)?.get("nc"));
		assert.deepEqual(counts.slice(0, 5), [undefined, "00000001", "00000002", "00000003", "00000001"]);
	});
}

test("a server that never finds a nonce fresh is not asked for ever", async (context) => {
	const { url, requests } = await serve(context, (_, response) => {
		response.writeHead(401, { "www-authenticate": 'Digest realm="r", nonce="x", stale=true' }).end();
	});
	const { outcomes } = await runList(context, `${url.replace("//", "//me:mine@")}/f`);
	assert.deepEqual([outcomes[0]?.error?.code, outcomes[0]?.attempts], ["http_401", 1]);
	assert.ok(requests.length <= 5);
});

test("Digest credentials go to no other origin", async (context) => {
	const other = await serve(context, (_, response) => {
		response.writeHead(401, { "www-authenticate": 'Digest realm="r", nonce="x"' }).end();
	});
	const { url } = await serve(context, (_, response) => response.writeHead(302, { location: other.url }).end());
	const { outcomes } = await runList(context, url.replace("//", "//me:mine@"), { options: { netrc: [mine, anybody] } });
	assert.equal(outcomes[0]?.error?.code, "http_401");
	assert.deepEqual(
		other.requests.map(({ headers }) => headers.authorization),
		[undefined],
	);
});
