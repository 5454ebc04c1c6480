/** What a dry run finds: the files, and what would go wrong with them. */
import { lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunEvent, Sink } from "../core/event.ts";
import type { ExistsPolicy, RunOptions } from "../core/options.ts";
import type { DryFile, Summary } from "../core/outcome.ts";
import { freeBytes } from "../files/free-space.ts";

export type DryCheck = {
	/** Hears of every entry that ends. */
	note(event: RunEvent): void;
	/** Tells what would go wrong, and adds to the summary what was found. */
	conclude(summary: Summary, sink: Sink): Summary;
};

export type DryCheckOptions = Pick<RunOptions, "dir" | "bucket" | "onExists">;

export function createDryCheck({ dir, bucket, onExists }: DryCheckOptions): DryCheck {
	const files: DryFile[] = [];
	let bytes = 0;
	return {
		note(event) {
			if (event.type !== "ended" || event.outcome.status !== "saved") return;
			const { line, url, file, sizeUnknown, contentType } = event.outcome;
			if (file === null) return;
			bytes += event.outcome.bytes;
			const size = sizeUnknown ? null : event.outcome.bytes;
			files.push({ line, url, file, bytes: size, contentType: contentType ?? null });
		},
		conclude(summary, sink) {
			const warn = (message: string): void => sink.on({ type: "warning", message });
			// Nobody asks a bucket what is there, and it has no end.
			for (const message of clashes(files, bucket ? undefined : dir, onExists)) warn(message);
			const free = bucket ? undefined : freeOf(dir);
			if (free !== undefined && bytes > free) {
				warn(`too little space: the files have ${bytes} bytes, and ${free} are free for ${dir}`);
			}
			return { ...summary, dryRun: true, bytes, files };
		},
	};
}

/** Names that several files of the list would have, and names of what is there already. */
function clashes(files: readonly DryFile[], dir: string | undefined, onExists: ExistsPolicy): string[] {
	const names = new Set<string>();
	const again = new Set<string>();
	for (const { file } of files) {
		if (names.has(file)) again.add(file);
		names.add(file);
	}
	const there = dir === undefined ? [] : [...names].filter((file) => isThere(join(dir, file)));
	return [
		...(again.size === 0 ? [] : [`names that several files would have: ${some(again)} (--on-exists ${onExists})`]),
		...(there.length === 0 ? [] : [`names that are there already: ${some(there)} (--on-exists ${onExists})`]),
	];
}

function some(names: Iterable<string>): string {
	const all = [...names];
	return all.length === 1 ? `${all[0]}` : `${all.length}, such as ${all[0]}`;
}

function isThere(path: string): boolean {
	try {
		return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
	} catch {
		return false;
	}
}

/** Of the directory, or of where it would be made. */
function freeOf(dir: string): number | undefined {
	for (let at = dir; ; at = dirname(at)) {
		if (isThere(at)) return freeBytes(at);
		if (dirname(at) === at) return undefined;
	}
}
