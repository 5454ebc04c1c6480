/** Small file systems of one test: full ones and ones that cannot be written to. Mounting needs root. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { skipUnless } from "../skip-unless.ts";

/** Why tests that mount are skipped here; false where they run. */
export const cannotMount: string | false = skipUnless(canMount(), "root on Linux, to mount file systems");

/** An empty file system of 1 MiB in memory, gone after the test with all that was mounted below it. */
export function mountTmpfs(context: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), "downspout-mount-"));
	context.after(() => {
		spawnSync("umount", ["-R", folder]);
		rmSync(folder, { recursive: true, force: true });
	});
	mountTmpfsAt(folder);
	return folder;
}

/** Another one, on a folder of such a file system. */
export function mountTmpfsAt(folder: string): void {
	mount(["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
}

export function remountReadOnly(folder: string): void {
	mount(["-o", "remount,ro", folder]);
}

/** From now on there is room for 16 MiB. */
export function enlarge(folder: string): void {
	mount(["-o", "remount,size=16m", folder]);
}

function mount(args: readonly string[]): void {
	const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
	if (status !== 0) throw new Error(`mount ${args.join(" ")}: ${stderr}`);
}

/** Tries in a namespace of its own, where it harms nobody. */
function canMount(): boolean {
	return (
		process.getuid?.() === 0 &&
		spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", tmpdir()]).status === 0
	);
}
