/** Tests that need something of the machine: skipped where it is missing, but never in continuous integration. */
import { spawnSync } from "node:child_process";

/**
 * The `skip` of a test: false where it runs.
 * @param need - What must be there, in words: "Debian's chromium".
 * @throws {Error} it is missing, and the environment says `CI`: no test may pass there by being skipped.
 */
export function skipUnless(isThere: boolean, need: string): string | false {
	if (isThere) return false;
	if (process.env.CI) throw new Error(`continuous integration must have ${need}`);
	return `needs ${need}`;
}

/** Whether a program is on the search path. */
export function commandIsThere(program: string): boolean {
	return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

/** The `skip` of tests that look at processes, as /proc shows them. */
export const skipUnlessLinux: string | false = skipUnless(process.platform === "linux", "Linux");
