/** The options that say what is shown and recorded: they do not change the run. */
import { resolve } from "node:path";
import { optionTable } from "../core/option-table.ts";
import { defaults, type ProgressMode, progressModes } from "../core/options.ts";
import { readOption } from "../core/read-option.ts";
import type { GivenValues } from "../core/resolve-options.ts";
import type { Elsewhere } from "../report/try-again.ts";

export type OutputOptions = {
	/** Absolute path of the folder that holds a folder for each run. */
	readonly logDir: string;
	readonly progress: ProgressMode;
	/** Absolute path of the file for the checksums of what is saved or skipped, where one is wanted. */
	readonly writeChecksums?: string;
	/** Where the files go, where that is not the directory of the run. */
	readonly elsewhere?: Elsewhere;
	/** Whether the summary is printed as JSON. */
	readonly json: boolean;
	/** Where the live page is served, 0 for any free port; absent where there is none. */
	readonly dashboardPort?: number;
	/** Whether the dashboard becomes a file of the records at the end. */
	readonly report: boolean;
};

/** @throws {UsageError} a value is wrong. */
export function resolveOutput(values: GivenValues): OutputOptions {
	const quiet = readOption(values.quiet, optionTable.quiet) ?? false;
	const progress = readOption(values.progress, optionTable.progress);
	const dashboard = readOption(values.dashboard, optionTable.dashboard) ?? false;
	const writeChecksums = readOption(values.writeChecksums, optionTable.writeChecksums);
	const elsewhere = readElsewhere(values);
	return {
		logDir: resolve(readOption(values.logDir, optionTable.logDir) ?? defaults.logDir),
		progress: quiet ? "none" : (progressModes.find((mode) => mode === progress) ?? "auto"),
		...(writeChecksums !== undefined && { writeChecksums: resolve(writeChecksums) }),
		...(elsewhere && { elsewhere }),
		json: readOption(values.json, optionTable.json) ?? false,
		...(dashboard !== false && { dashboardPort: dashboard === true ? 0 : dashboard }),
		report: readOption(values.report, optionTable.report) ?? false,
	};
}

function readElsewhere(values: GivenValues): Elsewhere | undefined {
	const sink = readOption(values.sink, optionTable.sink);
	if (sink === undefined) return undefined;
	const method = readOption(values.method, optionTable.method);
	const redis = readOption(values.redis, optionTable.redis);
	const cluster = method === "cluster" && redis !== undefined ? ["-m", method, "--redis", redis] : [];
	return { sink, args: ["--sink", sink, ...cluster] };
}
