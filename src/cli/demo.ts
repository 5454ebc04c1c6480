/** The command `demo`: a real download from a lab origin with faults, and a tour of what it leaves behind. */
import { mkdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { optionTable } from "../core/option-table.ts";
import type { Summary } from "../core/outcome.ts";
import { flagOf, readOption } from "../core/read-option.ts";
import { resolveOptions } from "../core/resolve-options.ts";
import { UsageError } from "../core/usage-error.ts";
import { openLists } from "../list/open-lists.ts";
import { type Origin, startOrigin } from "../origin/origin.ts";
import { checkOutsideState } from "../run/check-place.ts";
import { createRunId } from "../run/run-id.ts";
import { lookAround } from "../run/surroundings.ts";
import { exitCodes } from "./exit-codes.ts";
import { type CommandShape, type Parsed, parse } from "./flags.ts";
import { resolveOutput } from "./output-options.ts";
import { type Performed, perform } from "./perform.ts";
import { printSummary } from "./print-summary.ts";
import { listenForStop } from "./stop.ts";
import { complain } from "./terminal.ts";
import { closeWatch } from "./watch.ts";

const { dir, logDir, progress, quiet, json, dashboard, report } = optionTable;

export const demoShape: CommandShape = {
	name: "downspout demo",
	summary:
		"Starts a lab origin on 127.0.0.1 whose files are partly missing, slow or failing at first, and downloads them.",
	options: {
		dir: { ...dir, fallback: "a fresh folder below downloads" },
		logDir,
		progress,
		quiet,
		json,
		dashboard,
		report,
	},
};

/** Files enough for a few seconds, with every kind of fault that a run has to live with. */
const lab = {
	files: 300,
	size: { kind: "lognormal", medianBytes: 48 * 1024, sigma: 1 },
	latencyMs: 60,
	jitterMs: 40,
	missingRate: 0.02,
	failFirstRate: 0.1,
	// Whoever is told 503 so often takes the host for overloaded, and hardly asks it any more.
	failFirstStatus: 500,
	resetRate: 0.02,
	slowRate: 0.03,
	slowBytesPerSecond: 24 * 1024,
} as const;

/**
 * Runs the command; gives its exit code: 0 where everything went as planned, the missing files included.
 * @throws {UsageError} an option is wrong, or the folder cannot be made.
 */
export async function runDemo(args: readonly string[]): Promise<number> {
	const parsed = parse(demoShape, args);
	if (parsed === undefined) return exitCodes.done;
	using stop = listenForStop();
	const folder = readOption(parsed.values.dir, dir) ?? join("downloads", `demo-${createRunId(new Date())}`);
	const listPath = join(folder, "urls.txt");
	await checkOutsideState(flagOf(dir), folder);
	await mkdir(folder, { recursive: true }).catch((cause: Error) => {
		throw new UsageError(`the demo cannot make its folder: ${cause.message}`, { cause });
	});
	await using origin = await startOrigin({ ...lab, list: listPath }, stop.signal);
	explain(origin, listPath);
	const performed = await download({ parsed, folder, listPath, signal: stop.signal });
	const code = stop.exitCode() ?? (asPlanned(performed) ? exitCodes.done : exitCodes.failed);
	if (performed.error !== undefined) complain(performed.error.message);
	else if (code === exitCodes.done) showAround(folder, listPath, performed);
	await closeWatch(performed.dashboard, resolveOutput(parsed.values), stop.signal);
	return code;
}

type Download = {
	readonly parsed: Parsed;
	readonly folder: string;
	readonly listPath: string;
	readonly signal: AbortSignal;
};

async function download({ parsed, folder, listPath, signal }: Download): Promise<Performed> {
	// The lab origin is here: no proxy knows the way.
	const options = resolveOptions({ dir: join(folder, "files") }, { ...(await lookAround({})), environment: {} });
	const output = resolveOutput(parsed.values);
	await using list = await openLists([listPath], {}, signal);
	const performed = await perform({ options, output, list, signal });
	printSummary(performed, output);
	return performed;
}

/** Missing files are part of the plan; nothing else may be lost. */
function asPlanned({ summary, error }: Performed): boolean {
	return error === undefined && summary.saved > 0 && summary.failed === missing(summary);
}

function missing(summary: Summary): number {
	return summary.errors.http_404 ?? 0;
}

function explain(origin: Origin, listPath: string): void {
	process.stderr.write(
		`A lab origin serves ${origin.files} files on ${origin.url}: a few are missing, some are slow, some fail at first.\n` +
			`Downloading the list ${listPath}\n\n`,
	);
}

function showAround(folder: string, listPath: string, { summary, folder: logs }: Performed): void {
	const records = logs === undefined ? "" : relative("", logs) || ".";
	const command = process.env.npm_lifecycle_event === "start" ? "npm start --" : "downspout";
	process.stderr.write(`
All went as planned: the ${missing(summary)} files that failed are not on the origin, everything else is whole.

  the list     ${listPath}
  the files    ${join(folder, "files")}
  the records  ${records}: log.txt, results.jsonl, summary.json
  what failed  ${join(records, "failed.txt")}, itself a list that can be given to downspout again

Now with a list of your own, one URL a line:

  ${command} urls.txt -d downloads
`);
}
