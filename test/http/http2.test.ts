/** HTTP/2: every file whole, whatever the server allows, ends or refuses; and what is chosen with whom. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import type { RunOptions } from "../../src/core/options.ts";
import { createCertificate } from "../../src/origin/certificate.ts";
import { serve, serveTls } from "../download/serve.ts";
import { byLine, contentOf, filesIn, type ListRun, runList } from "../run/run-list.ts";
import { type Http2Handler, serveHttp2 } from "./http2-servers.ts";

const always = { http2: "always", insecure: true, retries: 0 } as const;
const sizes = [0, 1, 1000, 10_240, 70_000, 300_000, 2_000_000];
const contents = new Map(sizes.map((size) => [`/f${size}`, randomBytes(size)]));
const names = Array.from({ length: 63 }, (_, n) => `/f${sizes[n % sizes.length]}?${n}`);

/** Answers with a file, or as much of it as is asked for. */
const files: Http2Handler = (stream, { path }) => {
	const bytes = contents.get(path.replace(/\?.*/, ""));
	if (!bytes) {
		stream.respond({ ":status": 404 }, { endStream: true });
		return;
	}
	stream.respond({ ":status": 200, "content-length": bytes.length });
	stream.end(bytes);
};

function expectFiles({ outcomes, dir }: Pick<ListRun, "outcomes" | "dir">): void {
	for (const { url, file, error } of outcomes) {
		const expected = contents.get(new URL(url).pathname);
		assert.ok(expected?.equals(readFileSync(join(dir, file ?? ""))), `${url}: ${error?.message}`);
	}
}

for (const secure of [false, true]) {
	for (const maxConcurrentStreams of [1, 3, 100]) {
		test(`${secure ? "TLS" : "no TLS"}, ${maxConcurrentStreams} streams: all files whole`, async (context) => {
			const { url, sessions, requests } = await serveHttp2(context, files, { secure, maxConcurrentStreams });
			const list = [...names, "/missing"].map((name) => url + name).join("\n");
			const run = await runList(context, list, { options: { ...always, concurrency: 8, perHost: 8 } });
			assert.deepEqual([run.summary.saved, run.summary.errors], [names.length, { http_404: 1 }]);
			expectFiles({ ...run, outcomes: run.outcomes.filter(({ status }) => status === "saved") });
			assert.equal(requests.length, names.length + 1);
			assert.ok(sessions.length <= Math.ceil(8 / maxConcurrentStreams) + 1, `${sessions.length} sessions`);
		});
	}
}

for (const method of ["threads", "processes", "mix", "auto"] as const) {
	test(`${method} speaks HTTP/2 as well`, async (context) => {
		const { url, requests } = await serveHttp2(context, files, { secure: true });
		const list = names.map((name) => url + name).join("\n");
		const options = { ...always, method, workers: 2, concurrency: 8 };
		const run = await runList(context, list, { options });
		assert.equal(run.summary.saved, names.length);
		expectFiles(run);
		assert.equal(requests.length, names.length);
	});
}

type Choice = {
	readonly server: "h2" | "both" | "h1" | "h2c" | "h1c";
	readonly http2: RunOptions["http2"];
	/** What was spoken, or how it failed. */
	readonly spoken: "HTTP/2" | "HTTP/1.1" | "protocol" | "tls";
};
const choices: readonly Choice[] = [
	{ server: "h2", http2: "auto", spoken: "HTTP/2" },
	{ server: "h2", http2: "always", spoken: "HTTP/2" },
	{ server: "h2", http2: "never", spoken: "tls" },
	{ server: "both", http2: "auto", spoken: "HTTP/1.1" },
	{ server: "both", http2: "always", spoken: "HTTP/2" },
	{ server: "both", http2: "never", spoken: "HTTP/1.1" },
	{ server: "h1", http2: "auto", spoken: "HTTP/1.1" },
	{ server: "h1", http2: "always", spoken: "protocol" },
	{ server: "h2c", http2: "auto", spoken: "HTTP/2" },
	{ server: "h2c", http2: "always", spoken: "HTTP/2" },
	{ server: "h2c", http2: "never", spoken: "protocol" },
	{ server: "h1c", http2: "auto", spoken: "HTTP/1.1" },
	{ server: "h1c", http2: "always", spoken: "protocol" },
];
for (const { server, http2, spoken } of choices) {
	test(`--http2 ${http2} with ${server}: ${spoken}`, async (context) => {
		const answer: Http2Handler = (stream) => {
			stream.respond({ ":status": 200 });
			stream.end("HTTP/2");
		};
		const { certificate: cert, key } = await createCertificate(["127.0.0.1"]);
		const { url } =
			server === "h1"
				? await serveTls(context, { cert, key }, (_, response) => response.end("HTTP/1.1"))
				: server === "h1c"
					? await serve(context, (_, response) => response.end("HTTP/1.1"))
					: await serveHttp2(context, answer, { secure: server !== "h2c", both: server === "both" });
		const list = Array.from({ length: 6 }, (_, n) => `${url}/f${n}`).join("\n");
		const { outcomes, dir } = await runList(context, list, { options: { ...always, http2, concurrency: 3 } });
		assert.equal(outcomes.length, 6);
		for (const { error, file = "", attempts } of outcomes) {
			assert.equal(attempts, 1);
			assert.equal(error?.code ?? contentOf(dir, file ?? ""), spoken, String(error?.message));
		}
	});
}

test("GOAWAY after a few requests costs no attempt, and no file", async (context) => {
	const served = await serveHttp2(context, (stream, request) => {
		files(stream, request);
		if (request.nth % 5 === 4) stream.session?.close();
	});
	const list = names.map((name) => served.url + name).join("\n");
	const run = await runList(context, list, { options: { ...always, concurrency: 8, perHost: 8 } });
	assert.deepEqual(
		run.outcomes.flatMap(({ error }) => error?.message ?? []),
		[],
	);
	assert.ok(run.outcomes.every(({ attempts }) => attempts === 1));
	assert.equal(run.summary.retries, 0);
	assert.ok(served.sessions.length > 5);
	expectFiles(run);
});

test("a session that breaks: what has begun goes on where it stopped", async (context) => {
	const body = randomBytes(600_000);
	const { url, requests, sessions } = await serveHttp2(context, (stream, { fields }) => {
		const from = Number(/^bytes=(\d+)-$/.exec(String(fields.range))?.[1] ?? 0);
		const common = { etag: '"1"', "content-length": body.length - from };
		if (from > 0)
			stream.respond({ ":status": 206, ...common, "content-range": `bytes ${from}-${body.length - 1}/${body.length}` });
		else stream.respond({ ":status": 200, ...common });
		if (from > 0) stream.end(body.subarray(from));
		else stream.write(body.subarray(0, 300_000));
	});
	const options = { ...always, retries: 2, concurrency: 2 };
	const here = new Set<number>();
	const { outcomes, dir } = await runList(context, `${url}/a\n${url}/b`, {
		options,
		onEvent: (event) => {
			if (event.type !== "progress" || event.bytes < 300_000 || here.size === 2) return;
			if (here.add(event.id).size === 2) sessions[0]?.destroy();
		},
	});
	for (const { status, httpStatus, attempts } of outcomes)
		assert.deepEqual([status, httpStatus, attempts], ["saved", 206, 2]);
	for (const name of filesIn(dir)) assert.ok(body.equals(readFileSync(join(dir, name))));
	assert.ok(requests.some(({ range, "if-range": version }) => range !== undefined && version === '"1"'));
});

test("what is refused beyond a level costs no attempt", async (context) => {
	let active = 0;
	const { url } = await serveHttp2(context, (stream) => {
		if (active >= 3) {
			stream.close(7);
			return;
		}
		active++;
		setTimeout(() => {
			active--;
			stream.respond({ ":status": 200 });
			stream.end("text");
		}, 5);
	});
	const list = Array.from({ length: 100 }, (_, n) => `${url}/f${n}`).join("\n");
	const { summary } = await runList(context, list, { options: { ...always, concurrency: 16, perHost: 16 } });
	assert.deepEqual([summary.saved, summary.errors], [100, {}]);
	assert.ok((summary.hosts[0]?.refused ?? 0) > 0);
});

test("fields, interim answers, trailers, digests and cookies are those of HTTP/1.1", async (context) => {
	const text = "the file";
	const digest = createHash("sha256").update(text).digest("base64");
	const { url, requests } = await serveHttp2(context, (stream, { path }) => {
		if (path === "/log-in") {
			stream.respond({ ":status": 302, location: "/file", "set-cookie": ["a=1", "b=2"] }, { endStream: true });
			return;
		}
		stream.additionalHeaders({ ":status": 103, link: "</style>; rel=preload" });
		stream.respond(
			{
				":status": 200,
				"content-type": "text/plain",
				"content-disposition": "attachment; filename*=UTF-8''n%C3%A4me.txt",
				"last-modified": "Mon, 02 Nov 2020 03:04:05 GMT",
				"repr-digest": path === "/wrong" ? `sha-256=:${digest.replace(/^./, "0")}:` : `sha-256=:${digest}:`,
			},
			{ waitForTrailers: true },
		);
		stream.on("wantTrailers", () => stream.sendTrailers({ "x-sum": "1" }));
		stream.end(text);
	});
	const headers = [
		["X-Name", "wert-ä"],
		["X-Name", "2"],
		["Authorization", "one"],
		["Authorization", "two"],
	] as const;
	const { outcomes, dir } = await runList(context, `${url}/log-in\n${url}/wrong`, { options: { ...always, headers } });
	const [first, second] = byLine(outcomes);
	assert.deepEqual([first?.status, first?.file, first?.contentType], ["saved", "näme.txt", "text/plain"]);
	assert.equal(contentOf(dir, "näme.txt"), text);
	assert.equal(second?.error?.code, "checksum");
	const asked = requests.find(({ ":path": path }) => path === "/file");
	assert.equal(asked?.cookie, "a=1; b=2");
	assert.equal(asked?.["accept-encoding"], "identity");
	assert.equal(asked?.[":authority"], new URL(url).host);
	assert.equal(Buffer.from(String(asked?.["x-name"]), "latin1").toString("utf8"), "wert-ä, 2");
});

test("addresses that are not public are refused before a session is made", async (context) => {
	const { url, sessions } = await serveHttp2(context, files);
	const { outcomes } = await runList(context, `${url}/f1`, { options: { ...always, denyPrivate: true } });
	assert.equal(outcomes[0]?.error?.code, "denied_address");
	assert.equal(sessions.length, 0);
});

test("a server that answers nothing is given up in time, and nothing that waits for it is lost", async (context) => {
	const { url } = await serveHttp2(context, (stream, request) => {
		if (request.path !== "/silent") files(stream, request);
	});
	const options = { ...always, concurrency: 4, idleTimeoutMs: 300 };
	const { outcomes } = await runList(context, `${url}/silent\n${url}/f1\n${url}/f1000`, { options });
	const codes = byLine(outcomes).map(({ status, error }) => error?.code ?? status);
	assert.deepEqual(codes, ["timeout", "saved", "saved"]);
});

test("large files at once, with more bytes than a window each", async (context) => {
	const body = randomBytes(20_000_000);
	const { url } = await serveHttp2(context, (stream) => {
		stream.respond({ ":status": 200 });
		// In pieces: a server of Node refuses streams while it holds much.
		Readable.from(Array.from({ length: 20 }, (_, n) => body.subarray(n * 1_000_000, (n + 1) * 1_000_000))).pipe(stream);
	});
	const list = Array.from({ length: 4 }, (_, n) => `${url}/f${n}`).join("\n");
	const { dir, summary } = await runList(context, list, { options: { ...always, concurrency: 4 } });
	assert.equal(summary.saved, 4);
	for (const name of filesIn(dir)) assert.ok(body.equals(readFileSync(join(dir, name))));
});

test("a run that is stopped ends its streams and keeps their bytes", async (context) => {
	const { url } = await serveHttp2(context, (stream) => {
		stream.respond({ ":status": 200, etag: '"1"', "content-length": 2_000_000 });
		stream.write(Buffer.alloc(500_000));
	});
	const abort = new AbortController();
	const { outcomes } = await runList(context, `${url}/a`, {
		options: always,
		signal: abort.signal,
		onEvent: (event) => {
			if (event.type === "progress") abort.abort("enough");
		},
	});
	assert.equal(outcomes[0]?.status, "cancelled");
});
