/** What the tests of the runners share: a server that scripts its answers, and runs into a folder of their own. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Entry } from "../../src/core/entry.ts";
import type { RunEvent } from "../../src/core/event.ts";
import type { OptionValues } from "../../src/core/option-values.ts";
import type { Method, Outcome, Summary } from "../../src/core/outcome.ts";
import { resolveOptions } from "../../src/core/resolve-options.ts";
import { run } from "../../src/run/run.ts";
import { lookAround } from "../../src/run/surroundings.ts";
import { startRedis } from "../cluster/redis-server.ts";
import { startWorker } from "../cluster/worker-processes.ts";
import { startS3 } from "../store/s3-server.ts";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Where the files of all labs of a test file go: a directory, unless it says otherwise. */
let sink: "directory" | "bucket" = "directory";

/** Files of one name at once: a bucket takes some requests for each. */
export function namesakes(): number {
	return sink === "bucket" ? 60 : 500;
}

export function useBucket(): void {
	sink = "bucket";
}

export type Lab = {
	/** Base URL of the server. */
	readonly url: string;
	/** Base URL of the same server as another host. */
	readonly otherUrl: string;
	/** Where the files go. */
	readonly dir: string;
	/** Where the workers of a cluster are met. */
	readonly meeting: Pick<OptionValues, "redis" | "sink">;
	/** Every request so far, in the order of coming. */
	readonly requests: readonly IncomingMessage[];
	/** The content of a file that was saved. */
	read(file: string | null | undefined): Promise<Buffer>;
	/** The names of all files that were saved, in order. */
	names(): Promise<readonly string[]>;
	/** Downloads these URLs to the end; relative ones are of the server. */
	run(urls: readonly (string | Listed)[], values?: OptionValues, watch?: Watch): Promise<Finished>;
};

/** A URL with options of its own. */
export type Listed = Omit<Entry, "line" | "urls"> & { readonly url: string };

export type Watch = { readonly signal?: AbortSignal; readonly onEvent?: (event: RunEvent) => void };

export type Finished = {
	readonly summary: Summary;
	readonly outcomes: readonly Outcome[];
	readonly events: readonly RunEvent[];
};

/** The server and the folder are gone when the test is over. */
export async function startLab(context: TestContext, method: Method, answer: Answer): Promise<Lab> {
	const requests: IncomingMessage[] = [];
	const server = createServer((request, response) => {
		requests.push(request);
		answer(request, response);
	});
	server.listen(0);
	await once(server, "listening");
	const address = server.address();
	assert(address !== null && typeof address === "object");
	const dir = await mkdtemp(join(tmpdir(), "downspout-runners-"));
	context.after(async () => {
		server.closeAllConnections();
		server.close();
		await rm(dir, { recursive: true, force: true });
	});
	const url = `http://127.0.0.1:${address.port}`;
	const place = sink === "bucket" ? await startBucket(context) : directoryPlace(dir);
	const meeting = method === "cluster" ? await startCluster(context, place.sink ?? dir) : {};
	return {
		url,
		otherUrl: `http://localhost:${address.port}`,
		dir,
		meeting,
		requests,
		run: (urls, values = {}, watch = {}) => {
			const entries = urls.map((one, n): Entry => {
				const { url: listed, ...own } = typeof one === "string" ? { url: one } : one;
				return { line: n + 1, urls: [new URL(listed, url).href], ...own };
			});
			return runList(entries, { dir, method, ...(place.sink && { sink: place.sink }), ...meeting, ...values }, watch);
		},
		read: (file) => place.read(file ?? ""),
		names: place.names,
	};
}

type Place = Pick<Lab, "read" | "names"> & { readonly sink?: string };

function directoryPlace(dir: string): Place {
	return {
		read: (file) => readFile(join(dir, file ?? "")),
		names: async () => (await readdir(dir)).filter((name) => name !== ".downspout").sort(),
	};
}

/** A bucket, which this process and all that it starts find by the environment. */
async function startBucket(context: TestContext): Promise<Place> {
	const s3 = await startS3(context);
	Object.assign(process.env, s3.env);
	const prefix = "place/";
	return {
		sink: `s3://${s3.bucket}/${prefix}`,
		read: (file) => s3.read(`${prefix}${file}`),
		names: async () => (await s3.keys()).map((key) => key.slice(prefix.length)),
	};
}

/** Two workers, which are started again when they die, as an operator sees to. */
async function startCluster(context: TestContext, sink: string): Promise<Pick<OptionValues, "redis" | "sink">> {
	// Patience for a network is not what is tested: here the dead are known soon.
	process.env.DOWNSPOUT_CLUSTER_SILENCE = "5";
	const { url: redis } = await startRedis(context);
	const setup = { redis, sink, isKept: true, args: ["-c", "16"] };
	await Promise.all([startWorker(context, setup), startWorker(context, setup)]);
	return { redis, sink };
}

async function runList(entries: readonly Entry[], values: OptionValues, watch: Watch): Promise<Finished> {
	const events: RunEvent[] = [];
	const given = { workers: 2, retryBase: 0.01, ...values };
	const surroundings = { ...(await lookAround(given)), version: "0.0.0", cores: 2, environment: {} };
	const summary = await run({
		run: `test-${process.pid}-${Math.random().toString(36).slice(2)}`,
		list: "list",
		entries: (async function* () {
			yield entries;
		})(),
		options: resolveOptions(given, surroundings),
		sink: {
			on(event) {
				events.push(event);
				watch.onEvent?.(event);
			},
			async close() {},
		},
		signal: watch.signal ?? new AbortController().signal,
	});
	const outcomes = events.flatMap((event) => (event.type === "ended" ? [event.outcome] : []));
	return { summary, outcomes, events };
}
