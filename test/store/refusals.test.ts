/** Calls that the file system refuses while a file gets its name: what is whole is saved once, what is not leaves nothing behind. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { freshFolder } from "../cli/fresh-folder.ts";
import { downspout, startDownspout } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { cannotFault, type Fault, faultyEnvironment } from "../faults/faults.ts";

const small = "text";
const large = Buffer.alloc(300_000, "x");
const modified = "Wed, 21 Oct 2015 07:28:00 GMT";

type Ran = {
	readonly code: number | null;
	readonly stderr: string;
	/** Names in the download directory, the state aside. */
	readonly files: readonly string[];
	readonly dir: string;
	readonly counts: Readonly<Record<string, number>>;
	readonly errors: Readonly<Record<string, number>>;
	/** The same command again, with nothing refused. */
	again(): Promise<Ran>;
};

type Asked = { readonly names?: readonly string[]; readonly args?: readonly string[] };

/** Downloads a small file and a large one, while calls fail. */
async function run(context: TestContext, faults: readonly Fault[], asked: Asked = {}): Promise<Ran> {
	const { names = ["small.txt", "large.bin"], args = [] } = asked;
	const { url } = await serve(context, (request, response) => {
		response.setHeader("last-modified", modified);
		response.end(request.url?.includes("large") ? large : small);
	});
	const cwd = await freshFolder(context);
	const dir = join(cwd, "downloads");
	const go = async (env: NodeJS.ProcessEnv): Promise<Ran> => {
		const options = ["-m", "async", "--retry-base", "0.01", "--retries", "1", "--json", ...args];
		const { code, stdout, stderr } = await downspout([...names.map((name) => `${url}/${name}`), ...options], {
			cwd,
			env,
		});
		const { saved, skipped, failed, errors } = JSON.parse(stdout);
		const files = readdirSync(dir).filter((name) => name !== ".downspout");
		return { code, stderr, files: files.sort(), dir, counts: { saved, skipped, failed }, errors, again: () => go({}) };
	};
	return go(faultyEnvironment(faults));
}

/** All files are there, whole, once, and a later run knows them. */
async function assertSaved(ran: Ran): Promise<void> {
	const all = ran.files.length;
	assert.deepEqual([ran.code, ran.counts], [0, { saved: all, skipped: 0, failed: 0 }], ran.stderr);
	for (const name of ran.files) {
		assert(readFileSync(join(ran.dir, name)).equals(name.includes("large") ? large : Buffer.from(small)), name);
	}
	for (const name of ["parts", "owners"]) assert.deepEqual(readdirSync(join(ran.dir, ".downspout", name)), []);
	assert.deepEqual((await ran.again()).counts, { saved: 0, skipped: all, failed: 0 });
}

function warningsIn(stderr: string, about: RegExp): number {
	return stderr.split("\n").filter((line) => about.test(line)).length;
}

for (const error of ["EINVAL", "EACCES"] as const) {
	test(`--fsync where a folder says ${error}: the files are saved, with one warning`, {
		skip: cannotFault,
	}, async (context) => {
		const ran = await run(context, [{ call: "fsync", path: "/downloads$", error }], {
			args: ["--fsync", "--progress", "plain"],
		});
		assert.equal(warningsIn(ran.stderr, /cannot be flushed.*--fsync/), 1, ran.stderr);
		await assertSaved(ran);
	});
}

test("--fsync where a file cannot be written says so of that file", { skip: cannotFault }, async (context) => {
	const ran = await run(context, [{ call: "fsync", path: "~1$", error: "EIO" }], { args: ["--fsync"] });
	assert.deepEqual([ran.counts.saved, ran.errors], [1, { io: 1 }], ran.stderr);
});

test("times that cannot be set: the files are saved, with one warning", { skip: cannotFault }, async (context) => {
	const names = ["1.txt", "2.txt", "3.txt", "large.bin"];
	const faults = (["EPERM", "ENOSYS", "EINVAL", "EPERM"] as const).map(
		(error): Fault => ({ call: "futimens", path: "/", error, times: 1 }),
	);
	const ran = await run(context, faults, { names, args: ["--progress", "plain"] });
	assert.equal(warningsIn(ran.stderr, /the times of files cannot be set/), 1, ran.stderr);
	assert.deepEqual(ran.files, names);
	await assertSaved(ran);
});

test("a link that was made although its answer says that the name is taken is no reason for another name", {
	skip: cannotFault,
}, async (context) => {
	const ran = await run(context, [{ call: "link", path: "downloads/", error: "EEXIST", how: "after" }]);
	await assertSaved(ran);
	assert.equal(lstatSync(join(ran.dir, "small.txt")).nlink, 1);
});

test("links that are refused: the files get their names without", { skip: cannotFault }, async (context) => {
	const errors = ["EPERM", "EACCES", "EISDIR", "EXDEV", "ENOTSUP", "EMLINK", "EINVAL", "EXDEV", "EXDEV"] as const;
	const names = errors.map((error, n) => `${error}-${n}.${n % 2 === 0 ? "txt" : "large"}`);
	// The last two are refused within one folder as well, when their bytes have been copied there.
	const faults = errors.map(
		(error, n): Fault => ({ call: "link", path: `downloads/${names[n]}$`, error, times: n < 7 ? 1 : 2 }),
	);
	const ran = await run(context, faults, { names });
	assert.deepEqual(ran.files, [...names].sort());
	await assertSaved(ran);
	for (const name of names) assert.equal(lstatSync(join(ran.dir, name)).mtime.toUTCString(), modified);
});

test("a name that is taken is not taken away where there are no links", { skip: cannotFault }, async (context) => {
	const ran = await run(context, [{ call: "link", path: "downloads/", error: "EPERM" }], {
		names: ["a.txt", "x/a.txt"],
	});
	assert.deepEqual(ran.files, ["a (1).txt", "a.txt"]);
	await assertSaved(ran);
});

for (const error of ["EBUSY", "EACCES"] as const) {
	test(`neither a link nor a rename (${error}): nothing is left under the name`, {
		skip: cannotFault,
	}, async (context) => {
		const ran = await run(context, [
			{ call: "link", path: "downloads/", error: "EPERM" },
			{ call: "rename", path: "downloads/small.txt", error },
		]);
		assert.deepEqual([ran.code, ran.files, ran.errors], [1, ["large.bin"], { io: 1 }], ran.stderr);
		assert.deepEqual((await ran.again()).files, ["large.bin", "small.txt"]);
	});
}

for (const [method, calls] of [
	["async", ["close", "write"]],
	["threads", ["close"]],
] as const) {
	for (const call of calls) {
		test(`${method}: a quota that is used up when a file ${call === "close" ? "is closed" : "is written"} ends the run as a full disk`, {
			skip: cannotFault,
		}, async (context) => {
			const names = ["first.txt", "second.txt", "small.txt", "large.bin"];
			// Of one worker the third small file.
			const fault: Fault = { call, path: "-1~3$", error: "EDQUOT" };
			const ran = await run(context, [fault], { names, args: ["-c", "1", "-m", method, "-w", "1"] });
			assert.equal(ran.code, 3);
			assert.match(ran.stderr, /quota/);
			assert.deepEqual([ran.counts.saved, ran.errors.disk_full], [2, 1]);
			const lines = readFileSync(join(ran.dir, "../logs/latest/results.jsonl"), "utf8").trim().split("\n");
			assert.deepEqual(
				lines.map((line) => JSON.parse(line).status).filter((status) => status === "saved"),
				["saved", "saved"],
			);
			assert.deepEqual(ran.files, ["first.txt", "second.txt"]);
			const log = readFileSync(join(ran.dir, "../logs/latest/log.txt"), "utf8");
			assert.doesNotMatch(log, /died/);
			const { counts } = await ran.again();
			assert.deepEqual(counts, { saved: 2, skipped: 2, failed: 0 });
		});
	}
}

test("a large file whose close fails is not saved, and its descriptor is closed once", {
	skip: cannotFault,
}, async (context) => {
	const ran = await run(context, [{ call: "close", path: "/body$", error: "EIO", how: "after" }]);
	assert.deepEqual([ran.files, ran.errors], [["small.txt"], { io: 1 }], ran.stderr);
	assert.deepEqual((await ran.again()).files, ["large.bin", "small.txt"]);
});

test("a run that is killed while it keeps a name free leaves that to the next, which sees to it", {
	skip: cannotFault,
}, async (context) => {
	const { url } = await serve(context, (_, response) => response.end(small));
	const cwd = await freshFolder(context);
	const dir = join(cwd, "downloads");
	const env = faultyEnvironment([
		{ call: "link", path: "downloads/", error: "EPERM" },
		{ call: "rename", path: "downloads/f$", how: "delay20000" },
	]);
	const args = [`${url}/f`, "-m", "async", "--json", "-q"];
	const killed = startDownspout(args, { cwd, env });
	while (!existsSync(join(dir, "f"))) await sleep(10);
	killed.kill("SIGKILL");
	await once(killed, "exit");
	assert.equal(readFileSync(join(dir, "f"), "utf8"), "");
	const { code, stderr } = await downspout(args, { cwd });
	assert.equal(code, 0, stderr);
	assert.deepEqual(readdirSync(dir).sort(), [".downspout", "f"]);
	assert.equal(readFileSync(join(dir, "f"), "utf8"), small);
});

test("a run that is killed while it copies to another mount leaves that to the next, which sees to it", {
	skip: cannotFault,
}, async (context) => {
	const { url } = await serve(context, (_, response) => response.end(large));
	const cwd = await freshFolder(context);
	const dir = join(cwd, "downloads");
	const env = faultyEnvironment([
		{ call: "link", path: "downloads/large$", error: "EXDEV", times: 1 },
		{ call: "link", path: "downloads/large$", how: "delay20000" },
	]);
	const args = [`${url}/large`, "-m", "async", "--json", "-q"];
	const killed = startDownspout(args, { cwd, env });
	const isCopied = (): boolean => existsSync(dir) && readdirSync(dir).some((name) => name.startsWith(".downspout-"));
	while (!isCopied()) await sleep(10);
	killed.kill("SIGKILL");
	await once(killed, "exit");
	assert.equal(readdirSync(dir).length, 2);
	assert.equal((await downspout(args, { cwd })).code, 0);
	assert.deepEqual(readdirSync(dir).sort(), [".downspout", "large"]);
});

test("a quota that is used up already keeps the run from starting, and is named", {
	skip: cannotFault,
}, async (context) => {
	const cwd = await freshFolder(context);
	const env = faultyEnvironment([{ call: "mkdir", path: ".downspout$", error: "EDQUOT" }]);
	const { code, stderr } = await downspout(["http://127.0.0.1:1/f", "-m", "async", "-q"], { cwd, env });
	assert.deepEqual([code, /quota is used up/.test(stderr)], [3, true], stderr);
});
