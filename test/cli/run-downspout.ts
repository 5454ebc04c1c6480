/** Runs the command line from the sources, as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { projectRoot } from "../project/source-files.ts";

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

type Surroundings = { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string };

/** Whatever proxy this machine uses, and how the tests were started, is not their business. */
export const cleanEnv: NodeJS.ProcessEnv = {
	...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name) && name !== "_")),
	// No user's own options, and nothing in the user's own cache.
	XDG_CONFIG_HOME: "/dev/null",
	XDG_CACHE_HOME: "/dev/null",
};

/** Starts it; its standard streams are pipes. */
export function startDownspout(args: readonly string[], { cwd, env }: Surroundings = {}): ChildProcess {
	return spawn(process.execPath, [`${projectRoot}src/cli/main.ts`, ...args], {
		...(cwd !== undefined && { cwd }),
		env: { ...cleanEnv, ...env },
		stdio: "pipe",
	});
}

/** Runs it to its end. */
export async function downspout(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
	const child = startDownspout(args, surroundings);
	child.stdin?.end(surroundings.input ?? "");
	return waitForEnd(child);
}

/** Reads what a process prints until it ends. */
export async function waitForEnd(child: ChildProcess): Promise<Ended> {
	const { stdout, stderr } = child;
	if (stdout === null || stderr === null) throw new Error("its output is not a pipe");
	const [printed, complained] = await Promise.all([text(stdout), text(stderr), once(child, "close")]);
	return { code: child.exitCode, stdout: printed, stderr: complained };
}
