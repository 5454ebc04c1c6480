/** A program of Debian's that serves on a port of loopback while a test lasts. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";

const sbin = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

export function areInstalled(programs: readonly string[]): boolean {
	return programs.every((program) => spawnSync("sh", ["-c", `command -v ${program}`], { env: sbin }).status === 0);
}

/** Started by root, these programs work as users of their own: others may enter the folder. */
export function programFolder(mode: number): string {
	const folder = mkdtempSync(join(tmpdir(), "downspout-program-"));
	chmodSync(folder, mode);
	return folder;
}

export type ProgramStart = {
	readonly program: string;
	readonly args: readonly string[];
	readonly port: number;
	/** Goes when the program has ended. */
	readonly folder: string;
	readonly tellsErrors: boolean;
	/** What ends it. */
	readonly signal: "SIGTERM" | "SIGKILL";
};

/** @returns Once it listens. @throws {Error} it ended instead. */
export async function startProgram(context: TestContext, start: ProgramStart): Promise<void> {
	const errors = start.tellsErrors ? "inherit" : "ignore";
	const child = spawn(start.program, start.args, { env: sbin, stdio: ["ignore", "ignore", errors] });
	context.after(async () => {
		const ended = once(child, "exit");
		if (child.exitCode === null) {
			child.kill(start.signal);
			await ended;
		}
		rmSync(start.folder, { recursive: true, force: true });
	});
	await listening(start, child);
}

async function listening({ program, port }: ProgramStart, child: ChildProcess): Promise<void> {
	for (;;) {
		if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
		const socket = connect(port, "127.0.0.1");
		const isThere = await Promise.race([once(socket, "connect"), once(socket, "error")]).then(
			() => true,
			() => false,
		);
		socket.destroy();
		if (isThere && !socket.errored) return;
		await wait(20);
	}
}
