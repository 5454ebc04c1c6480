/** The order of flushes with `--fsync`: whatever a loss of power leaves, the next run knows which files are its own. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { freshFolder } from "../cli/fresh-folder.ts";
import { downspout } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { cannotFault, faultyEnvironment } from "../faults/faults.ts";

for (const [size, source] of [
	[10, "~1"],
	[300_000, "/body"],
] as const) {
	test(`a file of ${size} bytes, what announces it, its folders and its record are flushed, each in its time`, {
		skip: cannotFault,
	}, async (context) => {
		const { url } = await serve(context, (_, response) => response.end(Buffer.alloc(size)));
		const cwd = await freshFolder(context);
		const calls = join(cwd, "calls");
		const args = [`${url}/a/b/f`, "--layout", "path", "-d", "x/downloads", "--fsync", "-m", "async", "-q"];
		const { code, stderr } = await downspout(args, { cwd, env: faultyEnvironment([], calls) });
		assert.equal(code, 0, stderr);
		const lines = readFileSync(calls, "utf8").trim().split("\n");
		const host = new URL(url).host.replace(":", "+");
		/** Place of the first such call, or of the first after another. */
		const at = (call: string, path: string, after = -1): number => {
			const found = lines.findIndex((line, n) => n > after && line.startsWith(`${call} `) && line.endsWith(path));
			assert(found >= 0, `${call} ${path} after ${lines[after]} in\n${lines.join("\n")}`);
			return found;
		};
		const order = (...places: readonly number[]): void =>
			assert.deepEqual(
				[...places].sort((a, b) => a - b),
				places,
				lines.join("\n"),
			);
		const link = at("link", `${host}/a/b/f`);
		order(at("fsync", source), at("fsync", ".0.intents"), at("fsync", "/owners"), link);
		const after = at("fsync", `${host}/a/b`, link);
		order(link, after, at("fsync", "journal.jsonl", after), at("unlink", ".0.intents"));
		for (const [made, parent] of [
			["x", cwd],
			["x/downloads", "/x"],
			["x/downloads/.downspout", "x/downloads"],
			[host, "x/downloads"],
			[`${host}/a`, host],
			[`${host}/a/b`, `${host}/a`],
		] as const) {
			order(at("mkdir", made), at("fsync", parent, at("mkdir", made)), link);
		}
	});
}

for (const method of ["threads", "processes", "mix"] as const) {
	test(`${method}: the workers flush as well`, { skip: cannotFault }, async (context) => {
		const { url } = await serve(context, (_, response) => response.end("text"));
		const cwd = await freshFolder(context);
		const calls = join(cwd, "calls");
		const args = [`${url}/f`, "-d", "downloads", "--fsync", "-m", method, "-w", "1", "-c", "3", "-q"];
		const { code, stderr } = await downspout(args, { cwd, env: faultyEnvironment([], calls) });
		assert.equal(code, 0, stderr);
		const flushed = readFileSync(calls, "utf8").match(/^fsync .*/gm) ?? [];
		// The file, what announces it, and its folder.
		for (const path of [/parts\/.*~1$/, /\.intents$/, /\/downloads$/]) {
			assert(
				flushed.some((line) => path.test(line)),
				`${path} in\n${flushed.join("\n")}`,
			);
		}
	});
}

test("without it nothing is flushed", { skip: cannotFault }, async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const cwd = await freshFolder(context);
	const calls = join(cwd, "calls");
	await downspout([`${url}/f`, "-d", "downloads", "-m", "async", "-q"], { cwd, env: faultyEnvironment([], calls) });
	assert.doesNotMatch(readFileSync(calls, "utf8"), /^fsync/m);
});
