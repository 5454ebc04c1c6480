/** Who lives in a directory, seen from other containers, other machines, other users, and without /proc. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { stateLayout } from "../../src/core/state-layout.ts";
import { entryKey } from "../../src/journal/entry-key.ts";
import { startDownspout, waitForEnd } from "../cli/run-downspout.ts";
import { type Served, serve } from "../download/serve.ts";
import { descendantsOf, outwait } from "../kill/process-tree.ts";
import { projectRoot } from "../project/source-files.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { contentOf, filesIn, partsIn, runList } from "../run/run-list.ts";
import { skipUnless, skipUnlessLinux } from "../skip-unless.ts";
import "../without-proxies.ts";

const cannotUnshare = skipUnless(
	process.platform === "linux" && spawnSync("unshare", ["--pid", "--fork", "true"]).status === 0,
	"root on Linux, to make namespaces",
);

const half = 400_000;
const first = Buffer.alloc(2 * half, "1");
const second = Buffer.alloc(2 * half, "2");

/** A server of one large file, which sends half of it and then waits. */
async function serveSlowly(context: TestContext): Promise<Served & { go(): void; change(): void }> {
	let go: (() => void)[] = [];
	let etag = '"1"';
	let body = first;
	const served = await serve(context, (request, response, nth) => {
		const from = request.headers["if-range"] === etag ? Number(/\d+/.exec(request.headers.range ?? "")?.[0]) : 0;
		response.setHeader("etag", etag);
		if (from > 0) response.writeHead(206, { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` });
		else response.setHeader("content-length", body.length);
		const end = Math.max(half, from);
		response.write(body.subarray(from, end));
		const rest = body.subarray(end);
		if (nth > 10) response.end(rest);
		else go.push(() => response.end(rest));
	});
	return Object.assign(served, {
		go() {
			for (const one of go) one();
			go = [];
		},
		/** From now on the file is another version. */
		change() {
			body = second;
			etag = '"2"';
		},
	});
}

/** Runs the command in namespaces of its own; killing what this gives kills all of it. */
function startIn(options: readonly string[], args: readonly string[]): ChildProcess {
	const program = [process.execPath, `${projectRoot}src/cli/main.ts`, ...args];
	return spawn("unshare", [...options, "--fork", "--kill-child", ...program], { stdio: "ignore" });
}

/** Until so many bytes lie in some part of the directory. */
async function waitForPart(dir: string, bytes: number): Promise<string> {
	for (let tries = 0; tries < 1500; tries++) {
		for (const name of names(join(dir, ".downspout/parts"))) {
			const path = join(dir, ".downspout/parts", name, "body");
			if ((sizeOf(path) ?? 0) >= bytes && name.includes("@")) return name;
		}
		await sleep(20);
	}
	return assert.fail("no part has come");
}

function names(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

function sizeOf(path: string): number | undefined {
	try {
		return readFileSync(path).length;
	} catch {
		return undefined;
	}
}

for (const [name, options] of Object.entries({
	"with its own /proc": ["--pid", "--mount-proc"],
	"with that of the machine": ["--pid"],
})) {
	test(`a container, ${name}, that is killed and started again goes on`, { skip: cannotUnshare }, async (context) => {
		const served = await serveSlowly(context);
		const dir = join(freshFolder(context), "downloads");
		const args = [`${served.url}/f`, "-d", dir, "--log-dir", join(dir, "../logs"), "-q"];
		for (let kill = 0; kill < 2; kill++) {
			const container = startIn(options, args);
			await waitForPart(dir, half);
			// Another request than the first has to come before the same part may be looked for again.
			while (served.requests.length <= kill) await sleep(20);
			container.kill("SIGKILL");
			await once(container, "exit");
		}
		const last = startIn(options, args);
		while (served.requests.length < 3) await sleep(20);
		served.go();
		await once(last, "exit");
		assert.equal(last.exitCode, 0);
		assert.equal(contentOf(dir, "f"), first.toString());
		const ranges = served.requests.map(({ headers }) => headers.range);
		assert.deepEqual(ranges, [undefined, `bytes=${half}-`, `bytes=${half}-`]);
		assert.deepEqual(partsIn(dir), []);
	});
}

test("a run that works in another container is left alone", { skip: cannotUnshare }, async (context) => {
	const served = await serveSlowly(context);
	const dir = join(freshFolder(context), "downloads");
	const container = startIn(
		["--pid", "--mount-proc"],
		[`${served.url}/f`, "-d", dir, "-q", "--log-dir", `${dir}/../logs`],
	);
	const left = once(container, "exit");
	const part = await waitForPart(dir, half);
	const ending = runList(context, `${served.url}/f`, { dir });
	while (served.requests.length < 2) await sleep(20);
	assert(names(join(dir, ".downspout/parts")).includes(part));
	served.go();
	assert.equal((await ending).summary.saved, 1);
	await left;
	assert.deepEqual([container.exitCode, filesIn(dir)], [0, ["f", "f (1)"]]);
	for (const file of filesIn(dir)) assert.equal(contentOf(dir, file), first.toString());
	assert.deepEqual(
		served.requests.map(({ headers }) => headers.range),
		[undefined, undefined],
	);
});

for (const [minutes, range] of [
	[0, undefined],
	[10, "bytes=1000-"],
] as const) {
	test(`a part of another machine that gave its last sign ${minutes} minutes ago is ${range ? "continued" : "left alone"}`, async (context) => {
		const { url, requests } = await serve(context, (_, response) => response.end("x".repeat(2000)));
		const dir = join(freshFolder(context), "downloads");
		const { owners, parts } = stateLayout(dir);
		const name = `${entryKey(`${url}/f`, undefined)}@far-async-1`;
		for (const folder of [owners, join(parts, name)]) mkdirSync(folder, { recursive: true });
		writeFileSync(join(parts, name, "source.json"), JSON.stringify({ url: `${url}/f`, etag: '"1"' }));
		writeFileSync(join(parts, name, "body"), "x".repeat(1000));
		const far = { pid: process.pid, place: "far 1-2-3 pid:[1]", coordinatorPid: process.pid };
		const file = join(owners, "far-async-1.json");
		writeFileSync(file, JSON.stringify(far));
		const seconds = Date.now() / 1000 - minutes * 60;
		utimesSync(file, seconds, seconds);
		await runList(context, `${url}/f`, { dir });
		assert.deepEqual(
			requests.map(({ headers }) => headers.range),
			[range],
		);
		assert.deepEqual(partsIn(dir), range ? [] : [name]);
	});
}

test("a writer that was taken for dead stops writing, and every file is whole", {
	skip: skipUnlessLinux,
}, async (context) => {
	const served = await serveSlowly(context);
	const dir = join(freshFolder(context), "downloads");
	const args = [`${served.url}/f`, "-d", dir, "--log-dir", `${dir}/../logs`, "--retry-base", "0.01", "-q"];
	const writer = startDownspout(args);
	const ended = waitForEnd(writer);
	await waitForPart(dir, half);
	writer.kill("SIGSTOP");
	// As another machine sees it that cannot reach it: a strange place, and silence.
	const { owners } = stateLayout(dir);
	for (const name of readdirSync(owners).filter((one) => one.endsWith(".json"))) {
		const path = join(owners, name);
		const identity = JSON.parse(readFileSync(path, "utf8"));
		writeFileSync(path, JSON.stringify({ ...identity, place: "far 1-2-3 pid:[1]" }));
		utimesSync(path, 1, 1);
	}
	// The second version: the part is begun again by the one that took it over.
	served.change();
	const taken = runList(context, `${served.url}/f`, { dir });
	while (served.requests.length < 2) await sleep(20);
	assert.equal(served.requests[1]?.headers.range, `bytes=${half}-`);
	await waitForPart(dir, half);
	writer.kill("SIGCONT");
	served.go();
	while (served.requests.length < 3) await sleep(20);
	served.go();
	assert.equal((await taken).summary.saved, 1);
	const { code, stderr } = await ended;
	assert.equal(code, 0, stderr);
	assert.match(readFileSync(join(dir, "../logs/latest/log.txt"), "utf8"), /another run has taken its part over/);
	for (const file of filesIn(dir)) assert.equal(contentOf(dir, file), second.toString(), file);
	assert.equal(filesIn(dir).length, 2);
	assert.deepEqual(partsIn(dir), []);
});

test("a worker process that outlives its coordinator, and does not even hear of it, is ended", {
	skip: skipUnlessLinux,
}, async (context) => {
	const served = await serveSlowly(context);
	const dir = join(freshFolder(context), "downloads");
	const run = startDownspout([
		`${served.url}/f`,
		"-d",
		dir,
		"--log-dir",
		`${dir}/../logs`,
		"-m",
		"processes",
		"-w",
		"1",
		"-q",
	]);
	run.stderr?.resume();
	run.stdout?.resume();
	await waitForPart(dir, half);
	const workers = descendantsOf(run.pid ?? 0);
	for (const pid of workers) process.kill(pid, "SIGSTOP");
	run.kill("SIGKILL");
	await once(run, "exit");
	const ending = runList(context, `${served.url}/f`, { dir });
	while (served.requests.length < 2) await sleep(20);
	assert.deepEqual(await outwait(workers, 0), []);
	served.go();
	assert.equal((await ending).summary.saved, 1);
	assert.equal(served.requests[1]?.headers.range, `bytes=${half}-`);
	assert.deepEqual(filesIn(dir), ["f"]);
});

test("without /proc nobody is killed, and the run goes on", { skip: cannotUnshare }, async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const dir = join(freshFolder(context), "downloads");
	const { owners } = stateLayout(dir);
	mkdirSync(owners, { recursive: true });
	const victim = spawn("sleep", ["60"]);
	context.after(() => victim.kill());
	const left = { pid: victim.pid, place: `${hostname()}  `, coordinatorPid: 4_194_300 };
	writeFileSync(join(owners, "left-processes-1.json"), JSON.stringify(left));
	const line = 'mount -t tmpfs none /proc && exec "$@"';
	const program = [process.execPath, `${projectRoot}src/cli/main.ts`, `${url}/f`, "-d", dir, "-q"];
	const child = spawn("unshare", ["--mount", "sh", "-c", line, "sh", ...program, "--log-dir", `${dir}/../logs`]);
	const { code, stderr } = await waitForEnd(child);
	assert.equal(code, 0, stderr);
	assert.equal(contentOf(dir, "f"), "text");
	assert.deepEqual([victim.exitCode, victim.signalCode], [null, null]);
});

test("processes that /proc hides from other users are not taken for dead", { skip: cannotUnshare }, async () => {
	const script = `
		const { lookAtProcess } = await import(${JSON.stringify(`${projectRoot}src/journal/process-identity.ts`)});
		process.setgid(12345);
		process.setuid(12345);
		console.log(lookAtProcess(${process.pid}), lookAtProcess(4194300), typeof lookAtProcess(process.pid).start);`;
	const line = 'mount -o remount,hidepid=2 /proc && exec "$@"';
	const child = spawn("unshare", [
		...["--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", `sleep 9 & ${line}`, "sh"],
		...[process.execPath, "--input-type=module", "-e", script.replace(String(process.pid), "2")],
	]);
	const { stdout, stderr } = await waitForEnd(child);
	assert.equal(stdout.trim(), "hidden gone string", stderr);
});
