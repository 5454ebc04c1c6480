/** Asks whether a list's servers answer at all, before hours are spent on measuring failures. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Entry } from "../../core/entry.ts";
import { UsageError } from "../../core/usage-error.ts";

/** For all of them together, as all are asked at once. */
const patienceSeconds = 20;

export type ProbeOptions = {
	/** What starts downspout: nothing else sees proxies, headers and protocols as the runs will. */
	readonly program: readonly [file: string, ...args: string[]];
	/** For a list; exists. */
	readonly folder: string;
	readonly signal: AbortSignal;
};

/**
 * One of the first entries that answers with success is enough; bodies are not read.
 * @throws {UsageError} none did, or there are none.
 */
export async function probe(listName: string, entries: readonly Entry[], options: ProbeOptions): Promise<void> {
	if (entries.length === 0) throw new UsageError(`there is nothing to measure: ${listName} holds no http(s) URL`);
	const list = join(options.folder, "probes.jsonl");
	const rows = entries.map(({ urls, headers = [] }) => JSON.stringify({ url: urls, headers }));
	await writeFile(list, `${rows.join("\n")}\n`, { mode: 0o600 });
	const problem = await ask(list, options);
	if (problem === undefined) return;
	throw new UsageError(
		`the server of ${listName} fails: none of its first ${entries.length} URLs can be fetched (${problem})`,
	);
}

/** Undefined where something can be fetched, else what the first failure was. */
async function ask(list: string, { program, folder, signal }: ProbeOptions): Promise<string | undefined> {
	const [file, ...before] = program;
	const limits = ["--retries", "0", "--timeout", String(patienceSeconds), "--no-circuit-breaker"];
	const args = [...before, "get", list, "--dry-run", "--json", "--progress", "plain", ...limits];
	// As for the runs: no settings file of the user's.
	const env = { ...process.env, XDG_CONFIG_HOME: folder };
	const { stdout, stderr } = await new Promise<{ readonly stdout: string; readonly stderr: string }>((resolve) => {
		execFile(file, args, { cwd: folder, env, signal }, (_, stdout, stderr) => resolve({ stdout, stderr }));
	});
	signal.throwIfAborted();
	if (/"saved":[1-9]/.test(stdout)) return undefined;
	const [, failure] = /^failed .*?: ([a-z][a-z_0-9]*: .*) \(line \d+\)$/m.exec(stderr) ?? [];
	return failure ?? stderr.trim().split("\n").at(-1) ?? "no answer";
}
