/** What a dry run finds: the files, and what would go wrong with them. */
import { lstatSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import type { RunEvent, Sink } from "../core/event.ts";
import type { ExistsPolicy, RunOptions } from "../core/options.ts";
import type { DryFile, Summary } from "../core/outcome.ts";
import { isStillSaved, type Saved } from "../core/saved.ts";
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
	const refreshed = new Map<string, Saved>();
	let bytes = 0;
	return {
		note(event) {
			if (event.type !== "ended" || event.outcome.status !== "saved") return;
			const { line, url, file, sizeUnknown, contentType } = event.outcome;
			if (file === null) return;
			if (event.refreshed) refreshed.set(event.refreshed.file, event.refreshed);
			bytes += event.outcome.bytes;
			const size = sizeUnknown ? null : event.outcome.bytes;
			files.push({ line, url, file, bytes: size, contentType: contentType ?? null });
		},
		conclude(summary, sink) {
			const warn = (message: string): void => sink.on({ type: "warning", message });
			// Nobody asks a bucket what is there, and it has no end.
			for (const message of clashes(files, { dir: bucket ? undefined : dir, refreshed, onExists })) warn(message);
			const free = bucket ? undefined : freeOf(dir);
			if (free !== undefined && bytes > free) {
				warn(`too little space: the files have ${bytes} bytes, and ${free} are free for ${dir}`);
			}
			return { ...summary, dryRun: true, bytes, files };
		},
	};
}

type Ground = {
	readonly dir: string | undefined;
	readonly refreshed: ReadonlyMap<string, Saved>;
	readonly onExists: ExistsPolicy;
};

/** Names that several files of the list would have, and names of what is there already and would not be replaced. */
function clashes(files: readonly DryFile[], { dir, refreshed, onExists }: Ground): string[] {
	const names = new Set<string>();
	const again = new Set<string>();
	for (const { file } of files) {
		if (names.has(file)) again.add(file);
		names.add(file);
	}
	const there = dir === undefined ? [] : [...names].filter((file) => isInTheWay(join(dir, file), refreshed.get(file)));
	return [
		...(again.size === 0 ? [] : [`names that several files would have: ${some(again)} (--on-exists ${onExists})`]),
		...(there.length === 0 ? [] : [`names that are there already: ${some(there)} (--on-exists ${onExists})`]),
	];
}

function some(names: Iterable<string>): string {
	const all = [...names];
	return all.length === 1 ? `${all[0]}` : `${all.length}, such as ${all[0]}`;
}

/** What an earlier run saved and nobody has changed gives way to its own new version. */
function isInTheWay(path: string, refreshed: Saved | undefined): boolean {
	const found = lookAt(path);
	return found !== undefined && !(refreshed && found.isFile() && isStillSaved(refreshed, found));
}

function lookAt(path: string): Stats | undefined {
	try {
		return lstatSync(path, { throwIfNoEntry: false });
	} catch {
		return undefined;
	}
}

/** Of the directory, or of where it would be made. */
function freeOf(dir: string): number | undefined {
	for (let at = dir; ; at = dirname(at)) {
		if (lookAt(at)) return freeBytes(at);
		if (dirname(at) === at) return undefined;
	}
}
