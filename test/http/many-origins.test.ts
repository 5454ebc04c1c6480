/** Lists of many origins: connections that stand idle are bounded, and a process that is short of descriptors waits for them instead of failing. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { freshFolder } from "../cli/fresh-folder.ts";
import { downspout } from "../cli/run-downspout.ts";
import { cannotFault, faultyEnvironment } from "../faults/faults.ts";
import { projectRoot } from "../project/source-files.ts";
import { skipUnless } from "../skip-unless.ts";
import "../without-proxies.ts";

const skip = skipUnless(spawnSync("prlimit", ["--version"]).status === 0, "util-linux's prlimit");

/** A server on every address of 127.0.0.0/8: as many origins as a list names. */
async function serveEverywhere(
	context: TestContext,
): Promise<{ readonly port: number; open(): number; most(): number }> {
	let open = 0;
	let most = 0;
	const server = createServer((_, response) => response.end("text"));
	server.keepAliveTimeout = 60_000;
	server.on("connection", (socket) => {
		most = Math.max(most, ++open);
		socket.on("close", () => open--);
	});
	server.listen(0, "0.0.0.0");
	await once(server, "listening");
	context.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	assert.ok(address !== null && typeof address === "object");
	return { port: address.port, open: () => open, most: () => most };
}

function listOf(port: number, origins: number): string {
	return Array.from({ length: origins }, (_, n) => `http://127.0.${n >> 8}.${n & 255 || 1}:${port}/${n}`).join("\n");
}

async function download(
	context: TestContext,
	list: string,
	files: number,
	more: readonly string[],
): Promise<{ saved: number; retries: number }> {
	const folder = await freshFolder(context);
	const args = [
		`--nofile=${files}`,
		process.execPath,
		`${projectRoot}src/cli/main.ts`,
		"-",
		"-d",
		"files",
		"--json",
		"-m",
		"async",
		...more,
	];
	const run = spawn("prlimit", args, { cwd: folder, stdio: ["pipe", "pipe", "ignore"] });
	run.stdin.end(list);
	return JSON.parse(await text(run.stdout));
}

test("a connection for which there is no descriptor is made when there is one again, and that is no attempt", {
	skip: cannotFault,
}, async (context) => {
	const server = await serveEverywhere(context);
	const list = [1, 2, 3].map((n) => `http://127.0.0.${n}:${server.port}/${n}`);
	const faults = [{ call: "connect", path: "127.0.0.2$", error: "EMFILE", times: 1 }] as const;
	const { code, stdout, stderr } = await downspout([...list, "-m", "async", "-c", "1", "--json"], {
		cwd: await freshFolder(context),
		env: faultyEnvironment(faults),
	});
	assert.equal(code, 0, stderr);
	const { saved, retries } = JSON.parse(stdout);
	assert.deepEqual({ saved, retries }, { saved: 3, retries: 0 });
});

test("3000 origins with 1024 descriptors: every file is saved, and connections do not add up", {
	skip,
}, async (context) => {
	const server = await serveEverywhere(context);
	const { saved, retries } = await download(context, listOf(server.port, 3000), 1024, []);
	assert.deepEqual({ saved, retries }, { saved: 3000, retries: 0 });
	assert.ok(server.most() < 800, `${server.most()} connections at once`);
});

test("more downloads at once than there are descriptors for connections: they wait, and no attempt is lost", {
	skip,
}, async (context) => {
	const server = await serveEverywhere(context);
	// What the command takes for itself leaves fewer than the downloads at once would need.
	const { saved, retries } = await download(context, listOf(server.port, 300), 100, ["-c", "20", "--per-host", "20"]);
	assert.deepEqual({ saved, retries }, { saved: 300, retries: 0 });
});
