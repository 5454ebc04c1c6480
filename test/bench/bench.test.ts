/** Whole benchmarks: the real command, a real server, real other programs. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type BenchEnd, type BenchSurroundings, runBench } from "../../src/bench/bench.ts";
import { resolveBenchOptions } from "../../src/bench/options.ts";
import type { BenchResults } from "../../src/bench/results.ts";
import { UsageError } from "../../src/core/usage-error.ts";
import { type Origin, startOrigin } from "../../src/origin/origin.ts";
import { serve } from "../download/serve.ts";
import { skipUnless } from "../skip-unless.ts";
import "../without-proxies.ts";

const withoutCurl = skipUnless(existsSync("/usr/bin/curl"), "curl");
const program = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const damaging = fileURLToPath(new URL("./damaging-downspout.mjs", import.meta.url));

type Lab = { readonly folder: string; readonly out: string; readonly list: string; readonly origin: Origin };

async function withLab(files: number, work: (lab: Lab) => Promise<void>): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "bench-test-"));
	const list = join(folder, "urls.txt");
	await using origin = await startOrigin({ files, list, size: { kind: "fixed", sizeBytes: 2000 } });
	try {
		await work({ folder, out: join(folder, "report"), list, origin });
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function bench(
	flags: Readonly<Record<string, string>>,
	list: string | undefined,
	given: Partial<BenchSurroundings> = {},
): Promise<BenchEnd> {
	return await runBench(resolveBenchOptions(flags, list), {
		program: [process.execPath, program],
		version: "0.0.0",
		run: "r",
		signal: new AbortController().signal,
		tell: () => undefined,
		...given,
	});
}

async function readResults(out: string): Promise<BenchResults> {
	return JSON.parse(await readFile(join(out, "results.json"), "utf8"));
}

test("a list, two methods, curl: everything that the contract names is in results.json", async () => {
	await withLab(60, async ({ out, list }) => {
		const told: string[] = [];
		const flags = { methods: "async,threads", runs: "2", concurrency: "8", workers: "2", out, peers: "curl" };
		const end = await bench(flags, list, { tell: (line) => told.push(line) });
		assert.equal(end.exitCode, 0, end.text);
		const results = await readResults(out);
		const contenders = withoutCurl === false ? 3 : 2;
		assert.equal(results.list, list);
		assert.deepEqual([results.concurrency, results.workers], [8, 2]);
		assert.equal(results.runs.length, 3 * contenders);
		for (const run of results.runs) {
			assert.equal(run.problem, undefined);
			assert.deepEqual([run.saved, run.failed, run.bytes], [60, 0, 120_000]);
			assert.ok(run.seconds > 0 && run.filesPerSecond > 0 && run.bytesPerSecond > 0);
			if (process.platform === "linux") assert.ok((run.cpuSeconds ?? 0) > 0 && (run.peakRssBytes ?? 0) > 0);
		}
		assert.equal(results.runs.filter((run) => run.warmup).length, contenders);
		assert.deepEqual(
			results.ranking.map(({ rank }) => rank),
			Array.from({ length: contenders }, (_, index) => index + 1),
		);
		for (const { filesPerSecond } of results.ranking)
			assert.ok(filesPerSecond.low <= filesPerSecond.median && filesPerSecond.median <= filesPerSecond.high);
		assert.match(end.text, /rank +method +files\/s/);
		assert.equal(told.filter((line) => line.startsWith("list: run ")).length, 3 * contenders);
		assert.deepEqual((await readdir(out)).sort(), ["charts", "report.html", "report.md", "results.json"]);
	});
});

const damages: readonly (readonly [how: string, reason: RegExp])[] = [
	["lose", /reported 20 files as saved, and 19 are there/],
	["cut", /reported 40000 bytes as saved, and 38010 are there/],
	["crash", /exit code 70: something broke/],
];

for (const [how, reason] of damages) {
	test(`a method whose runs all ${how} is last with its reason, and the exit is 1`, async () => {
		await withLab(20, async ({ out, list }) => {
			const end = await bench({ methods: "async", runs: "1", warmup: "0", out }, list, {
				program: [process.execPath, damaging, how, program],
			});
			assert.equal(end.exitCode, 1);
			const [entry] = end.results.ranking;
			assert.match(entry?.reason ?? "", reason);
			assert.deepEqual([entry?.runs, entry?.filesPerSecond.median], [0, 0]);
			assert.equal(end.results.runs[0]?.filesPerSecond, 0);
			assert.match(end.text, reason);
		});
	});
}

test("entries that fail are in the report, and are no failure of the method", async () => {
	await withLab(20, async ({ out, list, origin }) => {
		await writeFile(list, `${[...origin.urls()].join("\n")}\n${origin.url}/f/none\nnonsense\n`);
		const end = await bench({ methods: "async", runs: "1", warmup: "0", out }, list);
		assert.equal(end.exitCode, 0, end.text);
		const [run] = end.results.runs;
		assert.deepEqual([run?.saved, run?.failed], [20, 2]);
		assert.equal(run?.own?.errors.invalid_url, 1);
	});
});

test("the folder that exists, the list that is missing, the server that fails: refused, nothing left behind", async () => {
	await withLab(1, async ({ folder, out, list, origin }) => {
		const taken = join(folder, "taken");
		await mkdir(taken);
		await assert.rejects(
			bench({ out: taken }, list),
			(error) => error instanceof UsageError && /taken/.test(error.message),
		);
		await assert.rejects(bench({ out }, join(folder, "none.txt")), { code: "list_unreadable" });
		const { host } = new URL(origin.url);
		for (const [text, why] of [
			[`${origin.url}/nothing\n`, `http_404: ${host} answered 404`],
			["http://127.0.0.1:1/a\nhttp://127.0.0.1:1/b\n", "connect: cannot connect to 127.0.0.1:1: connection refused"],
			["http://nowhere.invalid/a\n", "dns: unknown host nowhere.invalid"],
		] as const) {
			await writeFile(join(folder, "bad.txt"), text);
			await assert.rejects(bench({ out }, join(folder, "bad.txt")), (error: Error) => {
				assert(error instanceof UsageError);
				return error.message.includes(`can be fetched (${why}`);
			});
		}
		assert.equal(existsSync(out), false);
		assert.deepEqual(await readdir(taken), []);
	});
});

test("what a list says of its entries counts where its server is asked first", async (context) => {
	await withLab(1, async ({ out, folder }) => {
		// A second mirror, and a header without which nobody gets in.
		const { url } = await serve(context, ({ headers }, response) => {
			response.statusCode = headers["x-key"] === "open" ? 200 : 403;
			response.end("text");
		});
		const list = join(folder, "own.txt");
		await writeFile(list, `http://127.0.0.1:1/a\t${url}/a\n header=X-Key: open\n`);
		const end = await bench({ methods: "async", runs: "1", warmup: "0", out }, list);
		assert.deepEqual([end.exitCode, end.results.runs[0]?.saved], [0, 1], end.text);
	});
});

test("ended early: what was finished is reported", async () => {
	await withLab(20, async ({ out, list }) => {
		const controller = new AbortController();
		const end = await bench({ methods: "async", runs: "50", warmup: "0", out }, list, {
			signal: controller.signal,
			tell: (line) => {
				if (line.includes("run 3 of 50")) controller.abort();
			},
		});
		assert.equal(end.results.complete, false);
		assert.equal(end.results.runs.length, 2);
		assert.match(await readFile(join(out, "report.html"), "utf8"), /ended early/);
		assert.equal(existsSync(join(out, "work")), false);
	});
});

test("a program that is not installed is named, not an error", async () => {
	await withLab(5, async ({ out, list }) => {
		const path = process.env.PATH;
		process.env.PATH = "/nowhere";
		try {
			const end = await bench({ methods: "async", runs: "1", warmup: "0", out, peers: "curl,wget" }, list);
			assert.deepEqual(end.results.missingPeers, ["curl", "wget"]);
			assert.equal(end.exitCode, 0);
		} finally {
			process.env.PATH = path;
		}
	});
});
