/** What a user asks for reaches the workers of every method: each option as the servers and the files show it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { OptionValues } from "../../src/core/option-values.ts";
import type { Method, Outcome } from "../../src/core/outcome.ts";
import { createCertificate } from "../../src/origin/certificate.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { type Answer, type Finished, type Lab, type Listed, startLab } from "./lab.ts";

const patience = { timeout: 60_000 };

/** What an entry comes to: its body, or its code; and more that shows that an option was heard. */
type Case = Omit<Listed, "url"> & {
	/** How the server answers; `body` where it says nothing of it. */
	readonly answer?: (request: IncomingMessage, response: ServerResponse, nth: number) => void;
	readonly saved?: string;
	readonly failed?: string;
	/** The path of the file. */
	readonly file?: string;
	readonly attempts?: number;
	/** Fields of each request. */
	readonly asked?: IncomingHttpHeaders;
};

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const login = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
const png = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/** By the names of the options, at paths of the same names. */
const cases: Readonly<Record<string, Case>> = {
	header: { asked: { "x-of-all": "1" } },
	"header-of-entry": { headers: [["X-Own", "2"]], asked: { "x-own": "2", "x-of-all": "1" } },
	"user-agent": { asked: { "user-agent": "tester/1" } },
	referer: { asked: { referer: "http://from.test/" } },
	"load-cookies": { asked: { cookie: "given=1" } },
	netrc: { asked: { authorization: login("me:secret") } },
	digest: {
		answer({ headers }, response) {
			if (headers.authorization?.startsWith('Digest username="me"')) return void response.end("body");
			response.writeHead(401, { "www-authenticate": 'Digest realm="r", nonce="n", qop="auth"' }).end();
		},
		saved: "body",
	},
	"header-taken-away": { headers: [["User-Agent", ""]], asked: { "user-agent": undefined } },
	compressed: {
		answer({ headers }, response) {
			assert.match(String(headers["accept-encoding"]), /gzip/);
			response.setHeader("content-encoding", "gzip").end(gzipSync("unpacked"));
		},
		saved: "unpacked",
	},
	"max-size": { answer: (_, response) => void response.end("x".repeat(2000)), failed: "too_large" },
	"expect-type": { answer: (_, response) => void picture(response), failed: "wrong_type" },
	"expect-type-of-entry": {
		expectType: "image/*",
		answer: (_, response) => void picture(response),
		saved: png,
		file: "HOST/expect-type-of-entry.png",
	},
	"retry-status": {
		answer: (_, response, nth) => void response.writeHead(nth === 0 ? 418 : 200).end("body"),
		attempts: 2,
	},
	retries: { answer: (_, response) => void response.writeHead(500).end(), failed: "http_500", attempts: 3 },
	"retry-max-wait": {
		answer(_, response, nth) {
			if (nth === 0) response.writeHead(503, { "retry-after": "1000" }).end();
			else response.end("body");
		},
		attempts: 2,
	},
	"max-redirects": {
		answer({ url = "" }, response) {
			if (url.endsWith("++")) response.end("body");
			else response.writeHead(302, { location: `${url}+` }).end();
		},
		failed: "too_many_redirects",
	},
	"checksums.bin": { failed: "checksum" },
	"checksum-of-entry": { checksums: [`sha-256=${sha256("other")}`], failed: "checksum" },
	"checksum-that-holds": { checksums: [`sha-256=${sha256("body")}`], saved: "body" },
	"adjust-extension": { file: "HOST/adjust-extension.txt" },
	"content-disposition.txt": {
		answer: (_, response) => void response.setHeader("content-disposition", 'attachment; filename="x"').end("body"),
		file: "HOST/content-disposition.txt",
	},
	out: { out: "of/entry.dat", file: "of/entry.dat" },
	dir: { dir: "folder", file: "folder/dir.txt" },
	range: { range: "1-2", saved: "od" },
};

function picture(response: ServerResponse): void {
	response.setHeader("content-type", "image/png").end(Buffer.from(png, "latin1"));
}

export function testOptions(method: Method): void {
	test(`${method}: what is asked of requests, answers and names holds in every worker`, patience, async (context) => {
		const seen = new Map<string, IncomingHttpHeaders[]>();
		const lab = await startLab(context, method, (request, response) => {
			const name = request.url?.slice(1) ?? "";
			const before = seen.get(name) ?? [];
			seen.set(name, [...before, request.headers]);
			response.setHeader("content-type", "text/plain");
			response.setHeader("set-cookie", "kept=2; Path=/only; Max-Age=3600");
			const answer = cases[name.replace(/\++$/, "")]?.answer;
			if (answer) answer(request, response, before.length);
			else response.end("body");
		});
		const folder = freshFolder(context);
		const values = await valuesIn(folder);
		const names = Object.keys(cases);
		const listed = names.map((name): Listed => {
			const { answer, saved, failed, file, attempts, asked, ...own } = cases[name] ?? {};
			return { url: `/${name}`, ...own };
		});
		const { outcomes } = await lab.run(listed, values);
		for (const name of names) await check(name, { lab, outcomes, seen: seen.get(name) ?? [] });
		assert.match(await readFile(join(folder, "jar"), "utf8"), /\tkept\t2$/m);
	});

	test(`${method}: what holds up an entry ends in its time in every worker`, patience, async (context) => {
		const mute = await muteServer(context);
		const lab = await startLab(context, method, ({ url }, response) => {
			if (url === "/silent") return;
			const timer = setInterval(() => response.write("0123456789"), 50);
			response.once("close", () => clearInterval(timer));
		});
		const { outcomes } = await lab.run(["/silent", "/trickle", mute], {
			...{ idleTimeout: 1, connectTimeout: 0.7, minSpeed: 1000, minSpeedTime: 0.5, retries: 0 },
		});
		assert.deepEqual(codesOf(outcomes), ["timeout", "too_slow", "timeout"]);
		// The defaults are 10 s and more.
		for (const { ms, url } of outcomes) assert(ms < 10_000, `${url} after ${ms} ms`);
	});

	test(`${method}: trust in certificates and --http2 hold in every worker`, patience, async (context) => {
		const { url, ca, versions } = await secureServer(context);
		const lab = await startLab(context, method, hello);
		const run = (name: string, values: OptionValues): Promise<Finished> =>
			lab.run(
				[1, 2, 3].map((n) => `${url}/${name}-${n}`),
				{ retries: 0, ...values },
			);
		assert.deepEqual(codesOf((await run("a", {})).outcomes), ["tls", "tls", "tls"]);
		assert.equal((await run("b", { caCertificate: ca, http2: "always" })).summary.saved, 3);
		assert.equal((await run("c", { insecure: true, http2: "never" })).summary.saved, 3);
		assert.deepEqual(versions, ["2.0", "2.0", "2.0", "1.1", "1.1", "1.1"]);
	});

	test(`${method}: --proxy and --deny-private hold in every worker`, patience, async (context) => {
		const lab = await startLab(context, method, hello);
		const proxy = lab.url.replace("//", "//me:secret@");
		const { outcomes } = await lab.run(["http://files.test/1", "http://other.test/2", "http://10.0.0.1/3"], {
			...{ proxy, denyPrivate: true },
		});
		assert.deepEqual(codesOf(outcomes), ["saved", "saved", "denied_address"]);
		assert.deepEqual(lab.requests.map(({ url }) => url).sort(), ["http://files.test/1", "http://other.test/2"]);
		for (const { headers } of lab.requests) assert.equal(headers["proxy-authorization"], login("me:secret"));
		const direct = await lab.run([`${lab.url}/direct`, `${lab.otherUrl}/direct`], { denyPrivate: true });
		assert.deepEqual(codesOf(direct.outcomes), ["denied_address", "denied_address"]);
	});

	test(`${method}: --on-exists, --refresh and --dry-run hold in every worker`, patience, async (context) => {
		let version = 1;
		const lab = await startLab(context, method, (request, response) => {
			const etag = `"${request.url === "/changes" ? version : 0}"`;
			response.setHeader("etag", etag);
			if (request.headers["if-none-match"] === etag) response.writeHead(304).end();
			else response.end(`body ${version}`);
		});
		const policies = ["skip", "overwrite", "fail", "rename"] as const;
		for (const onExists of policies) {
			await writeFile(join(lab.dir, onExists), "ours");
			const { outcomes } = await lab.run([`/${onExists}`], { onExists, workers: 1 });
			const expected = { skip: "skipped", overwrite: "saved", fail: "exists", rename: "saved" }[onExists];
			assert.deepEqual(codesOf(outcomes), [expected], onExists);
			assert.equal(String(await lab.read(onExists)), onExists === "overwrite" ? "body 1" : "ours");
		}
		assert.equal(String(await lab.read("rename (1)")), "body 1");

		await lab.run(["/changes", "/stays"]);
		version = 2;
		const asked = lab.requests.length;
		const { outcomes } = await lab.run(["/changes", "/stays"], { refresh: true });
		assert.deepEqual(codesOf(outcomes), ["saved", "skipped"]);
		assert.equal(lab.requests.length, asked + 2);
		assert.equal(String(await lab.read("changes")), "body 2");

		const dry = await lab.run(["/dry"], { dryRun: true });
		assert.deepEqual(codesOf(dry.outcomes), ["saved"]);
		assert.equal(lab.requests.at(-1)?.method, "HEAD");
		assert(!existsSync(join(lab.dir, "dry")));
	});
}

const hello: Answer = (_, response) => void response.end("hello");

/** By line: the code of what failed, else the status. */
function codesOf(outcomes: readonly Outcome[]): string[] {
	return [...outcomes].sort((a, b) => a.line - b.line).map(({ error, status }) => error?.code ?? status);
}

async function valuesIn(folder: string): Promise<OptionValues> {
	const file = async (name: string, text: string): Promise<string> => {
		const path = join(folder, name);
		await writeFile(path, text, { mode: 0o600 });
		return path;
	};
	return {
		header: ["X-Of-All: 1"],
		userAgent: "tester/1",
		referer: "http://from.test/",
		loadCookies: await file("cookies", "127.0.0.1\tFALSE\t/\tFALSE\t0\tgiven\t1\n"),
		saveCookies: join(folder, "jar"),
		netrcFile: await file("netrc", "machine 127.0.0.1 login me password secret\n"),
		checksums: await file("sums", `${sha256("other")}  checksums.bin\n`),
		writeChecksums: join(folder, "written"),
		compressed: true,
		maxSize: 1000,
		expectType: "text/*",
		retryStatus: "418",
		retries: 2,
		retryMaxWait: 0.2,
		maxRedirects: 1,
		adjustExtension: true,
		contentDisposition: false,
		layout: "host",
	};
}

type Shown = {
	readonly lab: Lab;
	readonly outcomes: readonly Outcome[];
	readonly seen: readonly IncomingHttpHeaders[];
};

async function check(name: string, { lab, outcomes, seen }: Shown): Promise<void> {
	const { failed, saved = "body", file, attempts, asked = {} } = cases[name] ?? {};
	const outcome = outcomes.find(({ url }) => url.endsWith(`/${name}`));
	assert.equal(outcome?.error?.code, failed, `${name}: ${outcome?.error?.message}`);
	if (attempts !== undefined) assert.equal(outcome?.attempts, attempts, name);
	for (const [field, value] of Object.entries(asked)) {
		assert(seen.length > 0 && seen.every((headers) => headers[field] === value), `${name}: ${JSON.stringify(seen)}`);
	}
	if (failed !== undefined) return;
	const host = new URL(lab.url).host.replace(":", "+");
	if (file !== undefined) assert.equal(outcome?.file, file.replace("HOST", host), name);
	const bytes = await lab.read(outcome?.file);
	assert.equal(bytes.toString("latin1"), saved, name);
	assert.equal(outcome?.sha256, createHash("sha256").update(bytes).digest("hex"), name);
}

/** Takes connections, and says nothing. */
async function muteServer(context: TestContext): Promise<string> {
	const server = createServer((socket) => void context.after(() => void socket.destroy())).listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => void server.close());
	const address = server.address();
	assert(typeof address === "object" && address !== null);
	return `https://127.0.0.1:${address.port}/mute`;
}

type SecureServer = { readonly url: string; readonly ca: string; readonly versions: readonly string[] };

/** Speaks both versions of HTTP, and tells which one each request came in. */
async function secureServer(context: TestContext): Promise<SecureServer> {
	const { certificate: cert, key } = await createCertificate(["127.0.0.1"]);
	const versions: string[] = [];
	const answer = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
		versions.push(request.httpVersion);
		response.end("hello");
	};
	const server = createSecureServer({ cert, key, allowHTTP1: true }, answer).listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => void server.close());
	const ca = join(freshFolder(context), "ca.pem");
	await writeFile(ca, cert);
	const address = server.address();
	assert(typeof address === "object" && address !== null);
	return { url: `https://127.0.0.1:${address.port}`, ca, versions };
}
