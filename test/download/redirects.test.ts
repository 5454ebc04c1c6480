/** Redirects: which are followed, where they lead, and what goes along with them. */
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import type { RunOptions } from "../../src/core/options.ts";
import { contentOf, entryOf, filesIn, runList } from "../run/run-list.ts";
import { type Served, serve } from "./serve.ts";

/** Redirects from each path of a table to its target, and answers others with their path. */
function redirecting(
	context: TestContext,
	table: Readonly<
		Record<string, { readonly to: string; readonly status?: number; readonly cookies?: readonly string[] }>
	>,
): Promise<Served> {
	return serve(context, (request, response) => {
		const hop = table[request.url ?? ""];
		if (!hop) return void response.end(request.url);
		response.writeHead(hop.status ?? 302, {
			location: hop.to,
			...(hop.cookies ? { "set-cookie": [...hop.cookies] } : {}),
		});
		response.end("moved");
	});
}

test("301, 302, 303, 307 and 308 are followed, and the listed URL names the file", async (context) => {
	const other = await serve(context, (request, response) => response.end(`other ${request.url}`));
	const { url, requests } = await redirecting(context, {
		"/listed.txt": { to: "/b", status: 301 },
		"/b": { to: "c/d?x=1", status: 302 },
		"/c/d?x=1": { to: "../e", status: 303 },
		"/e": { to: "?f#part", status: 307 },
		"/e?f": { to: `//127.0.0.1:${other.port}/g`, status: 308 },
	});
	const { dir, outcomes } = await runList(context, `${url}/listed.txt#top`, { options: { maxRedirects: 5 } });
	assert.deepEqual(
		requests.map(({ path }) => path),
		["/listed.txt", "/b", "/c/d?x=1", "/e", "/e?f"],
	);
	assert.deepEqual(filesIn(dir), ["listed.txt"]);
	assert.equal(contentOf(dir, "listed.txt"), "other /g");
	assert.equal(outcomes[0]?.attempts, 1);
});

test("a Location is resolved against the URL that was asked, its fragment goes nowhere", async (context) => {
	const cases: readonly (readonly [location: string, asked: string])[] = [
		["/x", "/x"],
		["x", "/deep/er/x"],
		["../x", "/deep/x"],
		["?q=1", "/deep/er/from?q=1"],
		["x#fragment", "/deep/er/x"],
		["x y", "/deep/er/x%20y"],
		["/Ă©", "/%C4%82%C2%A9"],
		["/é".normalize("NFC"), "/%C3%A9"],
	];
	for (const [location, asked] of cases) {
		const to = Buffer.from(location, "utf8").toString("latin1");
		const { url, requests } = await redirecting(context, { "/deep/er/from": { to } });
		const { outcomes } = await runList(context, `${url}/deep/er/from`);
		assert.equal(outcomes[0]?.status, "saved", location);
		assert.equal(outcomes[0]?.file, "from");
		assert.equal(requests.at(-1)?.path, asked, location);
	}
});

type Refusal = { readonly name: string; readonly to?: string; readonly code: string };

const refusals: readonly Refusal[] = [
	{ name: "a loop", to: "/start", code: "too_many_redirects" },
	{ name: "to ftp", to: "ftp://127.0.0.1/file", code: "unsupported_scheme" },
	{ name: "to file", to: "file:///etc/passwd", code: "unsupported_scheme" },
	{ name: "to what is no URL", to: "http://[", code: "invalid_url" },
	{ name: "without a Location", code: "http_302" },
];

for (const { name, to, code } of refusals) {
	test(`a redirect ${name} is ${code}`, async (context) => {
		const { url, requests } = await serve(context, (_, response) => {
			response.writeHead(302, to === undefined ? {} : { location: to }).end();
		});
		const { outcomes } = await runList(context, `${url}/start`, { options: { maxRedirects: 3 } });
		assert.equal(outcomes[0]?.error?.code, code);
		assert.equal(outcomes[0]?.attempts, 1);
		assert.equal(requests.length, code === "too_many_redirects" ? 4 : 1);
	});
}

test("a Location that fills the head is told in short, and holds nothing up", async (context) => {
	const long = `http://x:y@${"a.".repeat(30_000)}/`;
	const { url } = await serve(context, (_, response) => response.writeHead(302, { location: long }).end());
	const { outcomes, events } = await runList(context, `${url}/a`, { options: { maxRedirects: 0 } });
	assert.equal(outcomes[0]?.error?.code, "too_many_redirects");
	assert((outcomes[0]?.error?.message.length ?? 0) < 500);
	assert.doesNotMatch(JSON.stringify(events), /x:y/);
});

test("--max-redirects 0 follows none", async (context) => {
	const { url, requests } = await redirecting(context, { "/a": { to: "/b" } });
	const { outcomes } = await runList(context, `${url}/a`, { options: { maxRedirects: 0 } });
	assert.equal(outcomes[0]?.error?.code, "too_many_redirects");
	assert.equal(requests.length, 1);
});

test("a redirect with a large body is followed all the same", async (context) => {
	const { url } = await serve(context, (request, response) => {
		if (request.url === "/b") return void response.end("here");
		response.writeHead(302, { location: "/b" });
		response.end(Buffer.alloc(1_000_000));
	});
	const { dir } = await runList(context, `${url}/a`);
	assert.equal(contentOf(dir, "a"), "here");
});

/** Where a credential comes from, and what the listed origin and another one must see of it. */
const credentials: readonly {
	readonly name: string;
	readonly user?: string;
	readonly options?: Partial<RunOptions>;
	readonly headers?: readonly (readonly [string, string])[];
	readonly field: "authorization" | "cookie" | "x-token";
	readonly value: string;
	readonly elsewhere?: string;
}[] = [
	{ name: "of the URL", user: "user:p%40ss", field: "authorization", value: `Basic ${btoa("user:p@ss")}` },
	{
		name: "of --header",
		options: { headers: [["Authorization", "Bearer x"]] },
		field: "authorization",
		value: "Bearer x",
	},
	{ name: "of the entry", headers: [["authorization", "Bearer y"]], field: "authorization", value: "Bearer y" },
	{ name: "in a Cookie header", options: { headers: [["Cookie", "a=1"]] }, field: "cookie", value: "a=1" },
	{ name: "that is no secret", options: { headers: [["X-Token", "t"]] }, field: "x-token", value: "t", elsewhere: "t" },
];

for (const { name, user, options, headers, field, value, elsewhere } of credentials) {
	test(`a field ${name} goes to its origin and ${elsewhere === undefined ? "to no other" : "on"}`, async (context) => {
		const other = await serve(context, (_, response) => response.end("other"));
		const listed = await redirecting(context, { "/a": { to: "/b" }, "/b": { to: `${other.url}/c` } });
		const url = `${listed.url}/a`.replace("//", user === undefined ? "//" : `//${user}@`);
		const entry = entryOf(url, headers ? { headers } : {});
		const { outcomes, dir } = await runList(context, [entry], options ? { options } : {});
		assert.equal(contentOf(dir, "a"), "other");
		assert.deepEqual(
			listed.requests.map((asked) => asked.headers[field]),
			[value, value],
		);
		assert.deepEqual(
			other.requests.map((asked) => asked.headers[field]),
			[elsewhere],
		);
		assert.doesNotMatch(JSON.stringify(outcomes), /p%40ss|p@ss/);
	});
}

test("credentials come back with a redirect that comes back to their origin", async (context) => {
	let back = "";
	const other = await serve(context, (_, response) => response.writeHead(302, { location: back }).end());
	const listed = await redirecting(context, { "/a": { to: `${other.url}/there` } });
	back = `${listed.url}/home`;
	await runList(context, `${listed.url}/a`, { options: { headers: [["Authorization", "Bearer x"]] } });
	assert.deepEqual(
		listed.requests.map(({ headers }) => headers.authorization),
		["Bearer x", "Bearer x"],
	);
	assert.deepEqual(
		other.requests.map(({ headers }) => headers.authorization),
		[undefined],
	);
});

test("a Location with credentials gives them to where it leads", async (context) => {
	const other = await serve(context, (_, response) => response.end());
	const listed = await redirecting(context, { "/a": { to: `http://me:too@127.0.0.1:${other.port}/` } });
	const { outcomes } = await runList(context, `${listed.url}/a`);
	assert.equal(other.requests[0]?.headers.authorization, `Basic ${btoa("me:too")}`);
	assert.doesNotMatch(JSON.stringify(outcomes), /me:too/);
});

test("cookies that a redirect sets go with the next ones of the entry, to their origin alone", async (context) => {
	const other = await serve(context, (_, response) => response.end("end"));
	const listed = await redirecting(context, {
		"/a": { to: "/b", cookies: ["two=2; Path=/b", "one=1; Path=/", "three=3; Path=/elsewhere", "broken"] },
		"/b": { to: "/c", cookies: ["one=0; Path=/; Max-Age=0"] },
		"/c": { to: `${other.url}/d` },
	});
	await runList(context, `${listed.url}/a\n${listed.url}/other`, {
		options: { concurrency: 1, headers: [["Cookie", "own=x"]] },
	});
	const sent = listed.requests.map(({ path, headers }) => `${path} ${headers.cookie ?? ""}`);
	assert.deepEqual(sent, ["/a own=x", "/b own=x; two=2; one=1", "/c own=x", "/other own=x"].toSorted());
	assert.deepEqual(
		other.requests.map(({ headers }) => headers.cookie),
		[undefined],
	);
});

test("a cookie of one port does not go to another", async (context) => {
	const other = await serve(context, (_, response) => response.end("end"));
	const listed = await redirecting(context, { "/a": { to: `${other.url}/b`, cookies: ["one=1; Path=/"] } });
	await runList(context, `${listed.url}/a`);
	assert.deepEqual(
		other.requests.map(({ headers }) => headers.cookie),
		[undefined],
	);
});

test("a redirected file is continued where the redirect led, the range does not stay behind", async (context) => {
	const body = Buffer.alloc(300_000, "abc");
	const answer = (request: IncomingMessage, response: ServerResponse, nth: number): void => {
		if (request.url === "/a") return void response.writeHead(302, { location: "/b" }).end();
		const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
		const head = { etag: '"1"', "content-length": body.length - from };
		if (from > 0)
			response.writeHead(206, { ...head, "content-range": `bytes ${from}-${body.length - 1}/${body.length}` });
		else response.writeHead(200, head);
		if (nth === 0) response.write(body.subarray(0, 200_000), () => setTimeout(() => response.destroy(), 20));
		else response.end(body.subarray(from));
	};
	const { url, requests } = await serve(context, answer);
	const { dir } = await runList(context, `${url}/a`);
	assert.equal(contentOf(dir, "a"), body.toString());
	assert.deepEqual(
		requests.map(({ path, headers }) => `${path} ${headers.range !== undefined}`),
		["/a false", "/b false", "/a true", "/b true"],
	);
});
