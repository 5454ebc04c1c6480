/** Disks that fail while a file comes in pieces: it is whole, or there is none under its name, and the next run goes on. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { downspout } from "../cli/run-downspout.ts";
import { bodyOf, mebibyte, serveLarge } from "../download/large-file.ts";
import { cannotFault, type Fault, faultyEnvironment } from "../faults/faults.ts";
import { freshFolder } from "../run/fresh-folder.ts";

const body = bodyOf(1, 6 * mebibyte);

/** Whether the run saves the file all the same. */
type Case = readonly [what: string, fault: Fault, isSaved: boolean];

const cases: readonly Case[] = [
	["the state cannot be opened", { call: "open", path: "source.new$", error: "ENOSPC" }, true],
	["the state cannot be written", { call: "write", path: "source.new$", error: "ENOSPC" }, true],
	["the state cannot get its name", { call: "rename", path: "source.json$", error: "EIO" }, true],
	["the state cannot be flushed", { call: "fsync", path: "source", error: "EIO" }, true],
	["the state is flushed when all has come", { call: "fsync", path: "source", how: "delay3000" }, true],
	["the state cannot be told later", { call: "write", path: "source.json$", error: "ENOSPC" }, false],
	["a piece cannot be written", { call: "write", path: "/body$", error: "ENOSPC" }, false],
	["the bytes cannot be closed", { call: "close", path: "/body$", error: "EIO" }, false],
];

describe("while a file comes in pieces", { skip: cannotFault, concurrency: true }, () => {
	for (const [what, fault, isSaved] of cases) {
		test(what, async (context) => {
			const server = await serveLarge(context, { body, paceMs: 10 });
			const folder = freshFolder(context);
			const retries = ["--retries", "1", "--retry-base", "0.1"];
			const args = [`${server.url}/f`, "-d", "files", "--segments", "4", "--json", "-q", ...retries];
			const ended = await downspout(args, { cwd: folder, env: faultyEnvironment([fault]) });
			const path = join(folder, "files/f");
			assert.equal(existsSync(path), isSaved, ended.stderr);
			assert.equal(ended.code === 0, isSaved, ended.stderr);
			if (!isSaved) assert.equal((await downspout(args, { cwd: folder })).code, 0);
			assert(readFileSync(path).equals(body), "the file has other bytes");
		});
	}
});
