/** System calls that fail on purpose, in a process that a test starts: `faults.c`, compiled and preloaded. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../project/source-files.ts";
import { skipUnless } from "../skip-unless.ts";

export type Call =
	| "close"
	| "fsync"
	| "futimens"
	| "link"
	| "rename"
	| "unlink"
	| "mkdir"
	| "open"
	| "write"
	| "ftruncate"
	| "connect";

export type Fault = {
	readonly call: Call;
	/** What the path must hold, of `link` and `rename` the new one, of `connect` the address; a `$` at its end stands for the end of the path. */
	readonly path: string;
	readonly error?: keyof typeof constants.errno;
	/** Whether the call is made: not at all, before it is said to have failed, or so many milliseconds late. */
	readonly how?: "instead" | "after" | `delay${number}`;
	/** How often; always where it is left out. */
	readonly times?: number;
};

/** Why tests of such calls are skipped here; false where they run. */
export const cannotFault: string | false = skipUnless(
	process.platform === "linux" && spawnSync("gcc", ["--version"]).status === 0,
	"Linux and Debian's gcc and libc6-dev",
);

/**
 * What a process must find in its environment for its calls to fail so.
 * @param calls - A file that gets a line for each call that changes names or flushes.
 */
export function faultyEnvironment(faults: readonly Fault[], calls?: string): NodeJS.ProcessEnv {
	const rules = faults.map(({ call, path, error = "EIO", how = "instead", times = 0 }) =>
		[call, path, constants.errno[error], how, times].join(":"),
	);
	return { LD_PRELOAD: library(), DOWNSPOUT_FAULTS: rules.join(","), ...(calls && { DOWNSPOUT_CALLS: calls }) };
}

/** Compiled once for each version of its source. */
function library(): string {
	const source = join(projectRoot, "test/faults/faults.c");
	const version = createHash("sha256").update(readFileSync(source)).digest("hex").slice(0, 16);
	const folder = join(projectRoot, "node_modules/.cache/downspout");
	const path = join(folder, `faults-${version}.so`);
	if (existsSync(path)) return path;
	mkdirSync(folder, { recursive: true });
	// Several tests may be at it at once.
	const made = join(mkdtempSync(join(folder, "making-")), "faults.so");
	const { status, stderr } = spawnSync("gcc", ["-shared", "-fPIC", "-O1", "-Wall", "-o", made, source, "-ldl"], {
		encoding: "utf8",
	});
	if (status !== 0) throw new Error(`gcc: ${stderr}`);
	renameSync(made, path);
	return path;
}
