/** Reads what a run of downspout recorded of itself: summary.json and results.jsonl. */
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { mean, quantileSorted } from "simple-statistics";
import type { FileTimes, OwnFigures } from "../results.ts";

export type Records = {
	readonly saved: number;
	readonly failed: number;
	/** Of the files saved. */
	readonly bytes: number;
	readonly own: OwnFigures;
};

/** The records of the only run in the folder; undefined where it wrote none. */
export async function readRecords(logDir: string): Promise<Records | undefined> {
	const folder = (await readdir(logDir, { withFileTypes: true })).find((item) => item.isDirectory());
	if (folder === undefined) return undefined;
	const summary = await readSummary(join(logDir, folder.name, "summary.json"));
	if (summary === undefined) return undefined;
	const fileMs = await readFileTimes(join(logDir, folder.name, "results.jsonl"));
	const { seconds, retries, errors, saved, failed, bytes } = summary;
	return { saved, failed, bytes, own: { seconds, retries, errors, fileMs } };
}

type SummaryFigures = {
	readonly saved: number;
	readonly failed: number;
	readonly bytes: number;
	readonly seconds: number;
	readonly retries: number;
	readonly errors: Readonly<Record<string, number>>;
};

async function readSummary(path: string): Promise<SummaryFigures | undefined> {
	try {
		const value: unknown = JSON.parse(await readFile(path, "utf8"));
		return isSummary(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function isSummary(value: unknown): value is SummaryFigures {
	if (typeof value !== "object" || value === null) return false;
	const numbers = ["saved", "failed", "bytes", "seconds", "retries"] as const;
	return numbers.every((key) => key in value && typeof Reflect.get(value, key) === "number") && "errors" in value;
}

/** Reads line by line: the file has one for each entry, and there may be millions. */
async function readFileTimes(path: string): Promise<FileTimes | null> {
	const times: number[] = [];
	try {
		for await (const line of createInterface({ input: createReadStream(path) })) {
			const result: unknown = JSON.parse(line);
			if (isSaved(result)) times.push(result.ms);
		}
	} catch {
		// A run that was killed may leave a torn last line: what was read before it counts.
	}
	return summariseTimes(times);
}

function isSaved(value: unknown): value is { readonly ms: number } {
	return (
		typeof value === "object" &&
		value !== null &&
		"status" in value &&
		value.status === "saved" &&
		"ms" in value &&
		typeof value.ms === "number"
	);
}

/** Quantiles of times in milliseconds; null for none. */
function summariseTimes(times: readonly number[]): FileTimes | null {
	if (times.length === 0) return null;
	const sorted = [...times].sort((left, right) => left - right);
	const at = (share: number): number => quantileSorted(sorted, share);
	return {
		p5: at(0.05),
		p25: at(0.25),
		median: at(0.5),
		p75: at(0.75),
		p95: at(0.95),
		p99: at(0.99),
		mean: mean(sorted),
	};
}
