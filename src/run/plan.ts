/** From a list entry to what is to be done: is it valid, listed before, already saved, or pending? */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { ChecksumTable } from "../core/checksum-table.ts";
import { describe } from "../core/describe-error.ts";
import type { Entry } from "../core/entry.ts";
import { type Failure, permanent } from "../core/failure.ts";
import { safeFolderPath, safeOutPath } from "../core/naming.ts";
import type { RunOptions } from "../core/options.ts";
import type { Saved } from "../core/saved.ts";
import type { Directory } from "../journal/directory.ts";
import { entryKey } from "../journal/entry-key.ts";
import { entryLength } from "../list/limits.ts";
import { createHostTroubles, type HostTroubles } from "./host-troubles.ts";
import { type ListedAs, listedChecksums } from "./listed-checksums.ts";
import type { Mirror, Pending } from "./pending.ts";
import { type Demands, readDemands } from "./read-demands.ts";

export type Plan =
	| { readonly kind: "pending"; readonly pending: Pending }
	| { readonly kind: "failed"; readonly failure: Failure }
	| { readonly kind: "duplicate" }
	| { readonly kind: "skipped"; readonly saved: Saved & { readonly key: string } };

/** What weighs as much as one more entry that is read ahead, in UTF-16 units. */
const entryUnits = 4096;

export type Planner = (entry: Entry) => Plan;

export type PlannerHelp = {
	/** Checksums of files by their names. */
	readonly checksums?: ChecksumTable | undefined;
	/** Which mirrors go last. */
	readonly troubles?: HostTroubles;
};

/** Plans the entries of a run in their order; it remembers which it has met. */
export function createPlanner(
	options: RunOptions,
	directory: Directory,
	{ checksums: table, troubles = createHostTroubles() }: PlannerHelp = {},
): Planner {
	/** Times that an entry was listed again, where duplicates are wanted. */
	const occurrences = new Map<string, number>();
	let count = 0;
	const withListed = (listed: ChecksumTable, demands: Demands, as: ListedAs): Demands["checksums"] => {
		const found = listedChecksums(listed, as, options.layout);
		return found.length === 0 ? demands.checksums : [...(demands.checksums ?? []), ...found];
	};
	const plan = (entry: Entry): Plan => {
		if (entry.failure) return { kind: "failed", failure: entry.failure };
		const mirrors = readMirrors(entry);
		if ("code" in mirrors) return { kind: "failed", failure: mirrors };
		const place = readPlace(entry);
		if ("code" in place) return { kind: "failed", failure: place };
		const demands = readDemands(entry);
		if ("code" in demands) return { kind: "failed", failure: demands };
		const checksums = table ? withListed(table, demands, { ...place, url: mirrors[0].url }) : demands.checksums;
		const wanted = wantedBy(place, demands);
		let key = entryKey(mirrors[0].url, wanted);
		let met = directory.journal.meet(key);
		if (met.seen) {
			if (!options.keepDuplicates) return { kind: "duplicate" };
			const occurrence = (occurrences.get(key) ?? 0) + 1;
			occurrences.set(key, occurrence);
			key = entryKey(mirrors[0].url, wanted, occurrence);
			met = directory.journal.meet(key);
		}
		// Only a worker can see what a bucket has; a dry run asks none.
		const stored = options.bucket && !options.dryRun ? met.saved : undefined;
		const isHere = met.saved && !stored && (options.bucket !== undefined || isStillThere(options.dir, met.saved));
		const saved = isHere ? met.saved : undefined;
		if (saved && !options.refresh) return { kind: "skipped", saved: { ...saved, key } };
		const refresh = options.refresh ? (saved ?? stored) : undefined;
		const pending: Pending = {
			id: ++count,
			entry,
			key,
			mirrors,
			mirror: troubles.choose(mirrors),
			made: 0,
			attempts: 0,
			deaths: 0,
			rangeFailures: 0,
			isReceived: false,
			isRunning: false,
			isOver: false,
			turn: 0,
			forgiven: 0,
			servedThen: 0,
			wasForbidden: false,
			vigil: undefined,
			place: 0,
			seenBytes: 0,
			countedBytes: 0,
			kept: directory.leftovers.size > 0 && directory.leftovers.has(key),
			out: place.out,
			folder: place.folder,
			checksums,
			// Of a journal that somebody has written into, no name that leads out.
			demands: refresh && safeOutPath(refresh.file) ? { ...demands.demands, refresh } : demands.demands,
			weight: Math.floor(entryLength(entry) / entryUnits),
			saved: options.refresh ? undefined : stored,
			startedMs: undefined,
			httpStatus: undefined,
			failed: undefined,
			verdict: undefined,
		};
		return { kind: "pending", pending };
	};
	return (entry) => {
		try {
			return plan(entry);
		} catch (error) {
			// What cannot be looked up in the journal ends the entry, not the run.
			return { kind: "failed", failure: permanent("io", `the journal cannot be read: ${describe(error).message}`) };
		}
	};
}

function readMirrors(entry: Entry): [Mirror, ...Mirror[]] | Failure {
	const [only] = entry.urls;
	if (entry.urls.length === 1) {
		const mirror = readMirror(only);
		return "code" in mirror ? mirror : [mirror];
	}
	let failure: Failure | undefined;
	const mirrors: Mirror[] = [];
	for (const text of entry.urls) {
		const mirror = readMirror(text);
		if ("code" in mirror) failure ??= mirror;
		else mirrors.push(mirror);
	}
	const [first, ...others] = mirrors;
	return first ? [first, ...others] : (failure ?? permanent("invalid_url", "no URL"));
}

function readMirror(text: string): Mirror | Failure {
	const url = parseUrl(text);
	if (!url) return permanent("invalid_url", `not a valid URL: it should look like https://host/path${ofPath(text)}`);
	if (url.protocol !== "http:" && url.protocol !== "https:") {
		const scheme = url.protocol.slice(0, -1);
		const ofHost = /^[^:]*:\d{1,5}(?:[/?#]|$)/.test(text) ? "; a host with a port wants http:// before it" : "";
		return permanent("unsupported_scheme", `${scheme} is not supported: only http and https are${ofHost}`);
	}
	// Even an empty fragment counts; to take one away makes the URL anew, which is worth a look.
	if (url.href.includes("#")) url.hash = "";
	return { url: url.href, host: url.host, tried: 0, out: false };
}

/** Lists of paths are given without the server that they are of. */
function ofPath(text: string): string {
	return /^[^:]*\//.test(text) ? "; --base says which URL paths belong to" : "";
}

/** Node 20 has no `URL.parse`, which parses once. */
const parseUrl: (text: string) => URL | null = URL.parse ?? ((text) => (URL.canParse(text) ? new URL(text) : null));

function readPlace(entry: Entry): { readonly out?: string; readonly folder?: string } | Failure {
	const { out, dir } = entry;
	if (out !== undefined) {
		const path = safeOutPath(out, dir);
		return path === undefined ? unsafe(dir === undefined ? out : `${dir}/${out}`) : { out: path };
	}
	if (dir === undefined) return {};
	const folder = safeFolderPath(dir);
	if (folder === undefined) return unsafe(dir);
	return folder === "" ? {} : { folder };
}

/** What tells entries of one URL apart: names and parts. */
function wantedBy(
	place: { readonly out?: string; readonly folder?: string },
	{ demands }: Demands,
): string | undefined {
	const wanted = place.out ?? (place.folder === undefined ? undefined : `${place.folder}/`);
	if (demands?.range === undefined) return wanted;
	return `${wanted ?? ""}\n${demands.range.first}-${demands.range.last}`;
}

function unsafe(path: string): Failure {
	return permanent("unsafe_path", `${path.slice(0, 200)} is no path inside of the download directory`);
}

function isStillThere(dir: string, saved: Saved): boolean {
	try {
		const found = statSync(join(dir, saved.file), { throwIfNoEntry: false });
		return found !== undefined && found.size === saved.bytes && found.isFile();
	} catch {
		// Such as a circle of links: whatever it is, it is not what was saved.
		return false;
	}
}
