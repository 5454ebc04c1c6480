/** Option values become a run's options, or one line that says what is wrong. */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { optionTable } from "../../src/core/option-table.ts";
import type { OptionValues } from "../../src/core/option-values.ts";
import { type GivenValues, resolveOptions } from "../../src/core/resolve-options.ts";
import { UsageError } from "../../src/core/usage-error.ts";

const surroundings = { version: "1.2.3", cores: 4 };

function problemOf(values: GivenValues): string {
	try {
		resolveOptions(values, surroundings);
	} catch (error) {
		assert(error instanceof UsageError, String(error));
		assert.equal(error.code, "usage");
		return error.message;
	}
	return "";
}

test("nothing given gives the documented defaults", () => {
	assert.deepEqual(resolveOptions({}, surroundings), {
		dir: resolve("downloads"),
		method: "auto",
		concurrency: "auto",
		perHost: "auto",
		circuitBreaker: true,
		workers: 4,
		onExists: "rename",
		layout: "flat",
		contentDisposition: true,
		adjustExtension: false,
		compressed: false,
		dryRun: false,
		refresh: false,
		retryStatuses: [],
		fsync: false,
		retries: 3,
		retryBaseMs: 500,
		retryMaxWaitMs: 60_000,
		connectTimeoutMs: 10_000,
		idleTimeoutMs: 30_000,
		headers: [["User-Agent", "downspout/1.2.3"]],
		maxRedirects: 10,
		segments: "auto",
		insecure: false,
		http2: "auto",
		denyPrivate: false,
		sha256: false,
		keepDuplicates: false,
		fresh: false,
	});
});

test("every option's name is its key in dashes", () => {
	for (const [key, { name }] of Object.entries(optionTable)) {
		const dashed = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
		assert.equal(name.replace(/^no-(?=content-disposition|circuit-breaker)/, ""), dashed);
	}
});

const accepted: readonly (readonly [GivenValues, Readonly<Record<string, unknown>>])[] = [
	[{ maxSize: "500" }, { maxSizeBytes: 500 }],
	[{ maxSize: "10k" }, { maxSizeBytes: 10_000 }],
	[{ maxSize: "2M" }, { maxSizeBytes: 2_000_000 }],
	[{ maxSize: "1G" }, { maxSizeBytes: 1_000_000_000 }],
	[{ maxSize: "1Ki" }, { maxSizeBytes: 1024 }],
	[{ maxSize: "4Mi" }, { maxSizeBytes: 4 * 1024 ** 2 }],
	[{ maxSize: "3Gi" }, { maxSizeBytes: 3 * 1024 ** 3 }],
	[{ maxSize: 77 }, { maxSizeBytes: 77 }],
	[{ timeout: "0.25" }, { timeoutMs: 250 }],
	[{ timeout: 1.5 }, { timeoutMs: 1500 }],
	[{ timeout: "0.0001" }, { timeoutMs: 1 }],
	[
		{ retryBase: "0", retryMaxWait: ".5" },
		{ retryBaseMs: 0, retryMaxWaitMs: 500 },
	],
	[
		{ connectTimeout: "0", idleTimeout: "0" },
		{ connectTimeoutMs: 2 ** 31 - 1, idleTimeoutMs: 2 ** 31 - 1 },
	],
	[{ concurrency: "8" }, { concurrency: 8, perHost: "auto", workers: 4 }],
	[{ concurrency: 1 }, { concurrency: 1, perHost: "auto", workers: 1 }],
	[
		{ concurrency: "8", perHost: "8" },
		{ concurrency: 8, perHost: 8 },
	],
	[
		{ concurrency: "auto", perHost: "auto" },
		{ concurrency: "auto", perHost: "auto" },
	],
	[{ concurrency: 2 }, { concurrency: 2, workers: 2 }],
	[{ workers: "64" }, { workers: 64, concurrency: "auto" }],
	[{ concurrency: "8", perHost: "20" }, { perHost: 8 }],
	[
		{ rate: "0.5", ratePerHost: 20 },
		{ rate: 0.5, ratePerHost: 20 },
	],
	[{ circuitBreaker: false }, { circuitBreaker: false }],
	[{ minSpeed: "10k" }, { minSpeed: { bytesPerSecond: 10_000, ms: 30_000 } }],
	[{ minSpeed: "1Ki", minSpeedTime: "0.5" }, { minSpeed: { bytesPerSecond: 1024, ms: 500 } }],
	[{ method: "async" }, { method: "async" }],
	[{ retries: "0" }, { retries: 0 }],
	[{ segments: "auto", format: "aria2" }, {}],
	[{ http2: "always" }, { http2: "always" }],
	[{ netrc: false, compressed: false }, {}],
	[{ contentDisposition: false }, { contentDisposition: false }],
	[
		{ header: ["Accept: image/webp", "x-one:  two words "], referer: "https://a.example/" },
		{
			headers: [
				["User-Agent", "downspout/1.2.3"],
				["Referer", "https://a.example/"],
				["Accept", "image/webp"],
				["x-one", "two words"],
			],
		},
	],
	[{ header: ["user-agent: mine"], userAgent: "other" }, { headers: [["user-agent", "mine"]] }],
	[{ userAgent: "curl/8" }, { headers: [["User-Agent", "curl/8"]] }],
	[{ userAgent: "é" }, { headers: [["User-Agent", "é"]] }],
];
for (const [given, expected] of accepted) {
	test(`accepts ${JSON.stringify(given)}`, () => {
		const options: Readonly<Record<string, unknown>> = { ...resolveOptions(given, surroundings) };
		for (const [key, value] of Object.entries(expected)) assert.deepEqual(options[key], value, key);
	});
}

const refused: readonly (readonly [GivenValues, RegExp])[] = [
	[{ maxSize: "10X" }, /^--max-size: "10X" is not a number of bytes/],
	[{ maxSize: "10kB" }, /--max-size/],
	[{ maxSize: "1.5" }, /--max-size/],
	[{ maxSize: "-1" }, /--max-size/],
	[{ maxSize: 0 }, /--max-size/],
	[{ maxSize: "999999999999Gi" }, /--max-size/],
	[{ timeout: "-1" }, /--timeout/],
	[{ timeout: Number.NaN }, /^--timeout: NaN is not a number of seconds/],
	[{ maxSize: 5n }, /^--max-size: 5 is not a number of bytes/],
	[{ header: [5n] }, /^--header: \[object Array\] is not a list of texts/],
	[{ redis: "redis:x" }, /^--redis: it should look like redis:/],
	[{ timeout: "soon" }, /--timeout: "soon" is not a number of seconds/],
	[{ timeout: Number.NaN }, /--timeout/],
	[{ timeout: Number.POSITIVE_INFINITY }, /--timeout/],
	[{ timeout: "1e9" }, /--timeout/],
	[{ concurrency: "0" }, /--concurrency: "0" is not a whole number from 1 to 10000, or auto/],
	[{ concurrency: "1.5" }, /--concurrency/],
	[{ concurrency: "" }, /--concurrency/],
	[{ perHost: "none" }, /--per-host/],
	[{ rate: "0" }, /^--rate: "0" is not a number a second from 0.001 to 1000000/],
	[{ ratePerHost: "-1" }, /--rate-per-host/],
	[{ rate: "fast" }, /--rate/],
	[{ minSpeed: "0" }, /--min-speed/],
	[{ workers: "0" }, /--workers: "0" is not a whole number from 1 to 1024/],
	[{ workers: 9, concurrency: 8 }, /--workers: 9 is more than --concurrency 8/],
	[{ retries: "-1" }, /--retries/],
	[{ method: "treads" }, /--method: "treads" is not one of async, threads, processes, mix, cluster, auto/],
	[{ method: "cluster" }, /--method cluster needs --redis/],
	[{ onExists: "replace" }, /--on-exists/],
	[{ layout: "tree" }, /--layout/],
	[{ dir: "" }, /--dir/],
	[{ header: ["no colon"] }, /--header: "no colon" is not of the form/],
	[{ header: ["bad name: x"] }, /--header: "bad name" has a name that is no header name/],
	[{ header: ["x: a\r\nb: c"] }, /--header: "x" has a line break/],
	[{ header: ["Range: bytes=0-1"] }, /--header: "Range" is a header that downspout sets itself/],
	[{ header: "x: y" }, /--header/],
	[{ userAgent: "a\nb" }, /--user-agent/],
	[{ http2: "sometimes" }, /--http2: "sometimes" is not one of auto, always, never/],
	[{ proxy: "gopher://u:secret@p/" }, /^--proxy: "p\/" is no proxy of a kind that is known/],
	[{ dashboard: "99999" }, /--dashboard/],
	[{ format: "xlsx" }, /--format: "xlsx" is not one of text, aria2, jsonl, json, csv, tsv, metalink, parquet/],
	[{ limitRate: "0" }, /--limit-rate: "0" is not a number of bytes from 1/],
	[{ limitRatePerHost: "-5" }, /--limit-rate-per-host: "-5" is not a number of bytes from 1/],
	[{ rate: 0 }, /--rate: 0 is not a number a second from 0.001 to 1000000/],
	[{ ratePerHost: "1e3" }, /--rate-per-host: "1e3" is not a number a second from 0.001 to 1000000/],
];
for (const [given, expected] of refused) {
	test(`refuses ${inspect(given)}`, () => {
		const problem = problemOf(given);
		assert.match(problem, expected);
		assert.doesNotMatch(problem, /\n/);
	});
}

test("a name that is no option is refused", () => {
	const values: GivenValues & { readonly direction: string } = { direction: "up" };
	assert.match(problemOf(values), /unknown option "direction"/);
});

test("the secret value of a header is not shown", () => {
	assert.doesNotMatch(problemOf({ header: ["Authorization: se\u0007cret"] }), /cret/);
});

test("the library's types and the command line's texts read alike", () => {
	const typed: OptionValues = { maxSize: 2048, timeout: 2, concurrency: 5, perHost: "auto", header: ["a: b"] };
	const texts: GivenValues = { maxSize: "2Ki", timeout: "2", concurrency: "5", perHost: "auto", header: ["a: b"] };
	assert.deepEqual(resolveOptions(typed, surroundings), resolveOptions(texts, surroundings));
});

test("any value whatever is either read or refused in one line", () => {
	const names = fc.constantFrom(...Object.keys(optionTable));
	fc.assert(
		fc.property(fc.dictionary(names, fc.anything(), { maxKeys: 3 }), (values) => {
			assert.doesNotMatch(problemOf(values), /\n/);
		}),
	);
});
