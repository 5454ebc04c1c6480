/** Whatever is thrown costs one entry: it is counted, its slot is free, and the run ends. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { RunEvent } from "../../src/core/event.ts";
import { resolveOptions } from "../../src/core/resolve-options.ts";
import { createTally } from "../../src/core/tally.ts";
import type { Task } from "../../src/core/task.ts";
import { openDirectory } from "../../src/journal/directory.ts";
import { entryKey } from "../../src/journal/entry-key.ts";
import { combine } from "../../src/report/sinks.ts";
import { createCoordinator } from "../../src/run/coordinator.ts";
import { createPlanner } from "../../src/run/plan.ts";
import { createRecorder } from "../../src/run/recorder.ts";
import { createShortfalls } from "../../src/run/shortfalls.ts";
import type { TaskListener } from "../../src/runners/runner.ts";
import { cleanEnv, downspout, waitForEnd } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { cannotFault, type Fault, faultyEnvironment } from "../faults/faults.ts";
import { projectRoot } from "../project/source-files.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { freshFolder } from "./fresh-folder.ts";
import { contentOf, partsIn } from "./run-list.ts";

const refusals: readonly { readonly name: string; readonly faults: readonly Fault[]; readonly code: number }[] = [
	{ name: "cannot be taken", faults: [{ call: "rename", path: "@", error: "EACCES" }], code: 0 },
	{ name: "cannot be opened", faults: [{ call: "open", path: "/body$", error: "EACCES", times: 1 }], code: 0 },
	{
		name: "can neither be opened nor removed",
		faults: [
			{ call: "open", path: "/body$", error: "EACCES", times: 1 },
			{ call: "unlink", path: "/parts/", error: "EACCES" },
		],
		code: 1,
	},
];

for (const method of ["async", "threads"]) {
	for (const { name, faults, code } of refusals) {
		test(`${method}: a part that ${name} ends nothing but its entry`, { skip: cannotFault }, async (context) => {
			const { url } = await serve(context, (_, response) => response.end(Buffer.alloc(200_000, "x")));
			const cwd = freshFolder(context);
			const left = join(cwd, "downloads/.downspout/parts", entryKey(`${url}/f`, undefined));
			mkdirSync(left, { recursive: true });
			writeFileSync(join(left, "source.json"), JSON.stringify({ url: `${url}/f`, etag: '"1"' }));
			writeFileSync(join(left, "body"), "x".repeat(1000));
			const args = [`${url}/f`, "-m", method, "-w", "1", "--retries", "0", "--json", "-q"];
			const ended = await downspout(args, { cwd, env: faultyEnvironment(faults) });
			assert.equal(ended.code, code, ended.stderr);
			const { total, saved, errors } = JSON.parse(ended.stdout);
			assert.deepEqual([total, saved, errors], code === 0 ? [1, 1, {}] : [1, 0, { io: 1 }]);
		});
	}
}

test("a part that cannot be looked at, and is not of the list, ends nothing", {
	skip: skipUnlessLinux,
}, async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const cwd = freshFolder(context);
	const left = join(cwd, "downloads/.downspout/parts", entryKey(`${url}/other`, undefined));
	mkdirSync(left, { recursive: true });
	chmodSync(left, 0);
	// Root may look at everything, unless it gives that up.
	const asOthers = process.geteuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
	const program = [...asOthers, process.execPath, `${projectRoot}src/cli/main.ts`];
	const [command = "", ...args] = [...program, `${url}/f`, "-m", "async", "-q"];
	const { code, stderr } = await waitForEnd(spawn(command, args, { cwd, env: cleanEnv }));
	assert.equal(code, 0, stderr);
	assert.equal(contentOf(join(cwd, "downloads"), "f"), "text");
	assert.deepEqual(partsIn(join(cwd, "downloads")), [entryKey(`${url}/other`, undefined)]);
});

const urls = ["a", "b", "c"].map((name) => `http://host/${name}`);

type Acts = { readonly [K in "onRun" | "onEvent"]?: (subject: string) => void };

/** A run of three entries on a runner and before a sink that may throw. */
async function runThree(context: TestContext, { onRun, onEvent }: Acts): Promise<readonly RunEvent[]> {
	const dir = join(freshFolder(context), "downloads");
	const options = resolveOptions({ dir, concurrency: 1, retries: 0 }, { version: "test", cores: 1 });
	await using ends = new AsyncDisposableStack();
	const directory = await openDirectory({
		...{ dir, run: "test", fresh: false, fsync: false, onUnflushed: assert.fail },
		warn: (message) => assert.fail(message),
	});
	ends.defer(directory.close);
	const tally = createTally();
	const events: RunEvent[] = [];
	const throwing = { on: (event: RunEvent) => onEvent?.(event.type), close: async () => {} };
	const sink = combine([throwing, { on: (event) => void events.push(event), close: async () => {} }]);
	const runner = {
		...{ slots: 1, loops: 1, isolates: false },
		run(task: Task, listener: TaskListener) {
			onRun?.(task.url);
			const worker = { model: "async", number: 1 } as const;
			listener.onResult({ id: task.id, kind: "saved", file: "f", bytes: 1, kept: false, worker, intents: 0 });
		},
		keepCookies() {},
		grant() {},
		shareRates() {},
		async [Symbol.asyncDispose]() {},
	};
	const coordinator = createCoordinator({
		...{ run: "test", options, most: 1, runner, directory, tally, sink, shortfalls: createShortfalls(sink) },
		planner: createPlanner(options, directory),
		recorder: createRecorder({
			tally,
			journal: directory.journal,
			sink,
			onBroken: (error) => assert.fail(String(error)),
		}),
		onSinkLost: ({ message }) => assert.fail(message),
	});
	for (const [n, url] of urls.entries()) coordinator.offer({ line: n + 1, urls: [url] });
	await coordinator.finish();
	return events;
}

function endsOf(events: readonly RunEvent[]): (string | undefined)[] {
	return events.flatMap((event) => (event.type === "ended" ? [event.outcome.error?.code ?? event.outcome.status] : []));
}

test("a runner that throws fails the entry, and the others are run", async (context) => {
	const events = await runThree(context, {
		onRun(url) {
			if (url.endsWith("/b")) throw new TypeError("a fault of ours");
		},
	});
	assert.deepEqual(endsOf(events), ["saved", "io", "saved"]);
});

for (const type of ["ended", "attempt-started"]) {
	test(`a sink that throws at ${type} is shut, and the run goes on`, async (context) => {
		let heard = 0;
		const events = await runThree(context, {
			onEvent(event) {
				if (event !== type) return;
				heard++;
				throw new TypeError("a fault of ours");
			},
		});
		assert.deepEqual(endsOf(events), ["saved", "saved", "saved"]);
		assert.equal(heard, 1);
		const warnings = events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
		assert.deepEqual(warnings, ["an output failed, and shows no more of this run: a fault of ours"]);
	});
}
