/** What owners announced, read again: which files they published, and what they left beside other files. */
import { type BigIntStats, lstatSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { type Intent, isBesideNameOf, readOwnerName, type StateLayout } from "../core/state-layout.ts";
import { fileErrorCode } from "../files/file-error.ts";
import { unlinkQuietly } from "../files/quietly.ts";
import { parseObject } from "./parse-object.ts";
import { takenName } from "./parts.ts";
import { readLines } from "./read-lines.ts";

export type Announced = {
	readonly dir: string;
	readonly layout: StateLayout;
	readonly id: string;
	/** Called for each file that the owner had published, as its intents and the file itself prove. */
	readonly onPublished: (intent: Intent) => void;
};

/** Tells what one owner published, as far as its files of intents still lie there. */
export function absorbIntents({ dir, layout, id, onPublished }: Announced): void {
	for (const intent of readAll(layout, id)) if (isPublished(dir, layout, id, intent)) onPublished(intent);
}

/**
 * Removes what an owner that is gone has left outside of the state: copies on other mounts that have no name yet, and
 * empty files that kept a name for bytes that still lie where they were.
 */
export function clearOutside(dir: string, layout: StateLayout, id: string): void {
	for (const { file, source, reserved } of readAll(layout, id)) {
		const bytes = join(layout.parts, source);
		const isThere = look(bytes) ?? look(join(layout.parts, takenName(source, id)));
		if (reserved && isEmptyFile(join(dir, file)) && isThere) unlinkQuietly(join(dir, file));
		if (isBesideNameOf(id, basename(source))) unlinkQuietly(bytes);
	}
}

function isEmptyFile(path: string): boolean {
	const found = look(path);
	return found?.isFile() === true && found.size === 0n && found.nlink === 1n;
}

/** By source. The last one counts: the name that an earlier one announced was taken. */
function readAll(layout: StateLayout, id: string): Iterable<Intent> {
	const segments = readdirSync(layout.owners)
		.map((name) => ({ name, known: readOwnerName(name) }))
		.filter(({ known }) => known?.ownerId === id && known.kind === "intents")
		// Not a collator: to make one costs a hundredth of a second of every start.
		.sort((a, b) => (a.known?.segment ?? 0) - (b.known?.segment ?? 0));
	const intents = new Map<string, Intent>();
	for (const { name } of segments) {
		for (const line of readIntents(join(layout.owners, name))) {
			if (typeof line === "string") intents.delete(line);
			else intents.set(line.source, line);
		}
	}
	return intents.values();
}

/** Intents, and the sources of those that were withdrawn. */
function* readIntents(path: string): Generator<Intent | string> {
	try {
		for (const { text, ended } of readLines(path)) {
			const intent = ended ? parseIntent(text) : undefined;
			if (intent) yield intent;
		}
	} catch (error) {
		// Another run in the directory has ended meanwhile: what it announced is recorded.
		if (fileErrorCode(error) !== "ENOENT") throw error;
	}
}

/** Whether the file has its name. Its source goes only after that, and what goes for another reason is withdrawn before. */
function isPublished(dir: string, { parts }: StateLayout, id: string, { file, bytes, source }: Intent): boolean {
	const found = look(join(dir, file));
	if (found?.size !== BigInt(bytes)) return false;
	// A part may have been taken over from its owner meanwhile.
	const names = [source, takenName(source, id), source.replace(/@[^/]*/, "")];
	const left = names.map((name) => look(join(parts, name))).find((one) => one !== undefined);
	return left === undefined || (left.ino === found.ino && left.dev === found.dev);
}

/** Of big numbers: inodes of some file systems are beyond what others hold exactly. */
function look(path: string): BigIntStats | undefined {
	try {
		return lstatSync(path, { throwIfNoEntry: false, bigint: true });
	} catch (error) {
		// A file, or a link that leads in a circle, where a folder was.
		if (["ENOTDIR", "ELOOP"].includes(fileErrorCode(error))) return undefined;
		throw error;
	}
}

/** A withdrawal is the source alone. */
function parseIntent(line: string): Intent | string | undefined {
	const field = parseObject(line);
	const withdrawn = field?.("withdrawn");
	if (typeof withdrawn === "string") return withdrawn;
	const key = field?.("key");
	const file = field?.("file");
	const bytes = field?.("bytes");
	const source = field?.("source");
	const reserved = field?.("reserved") === true;
	if (typeof key !== "string" || typeof file !== "string" || typeof source !== "string") return undefined;
	if (typeof bytes !== "number" || !Number.isSafeInteger(bytes)) return undefined;
	const atMs = field?.("replaces");
	return { key, file, bytes, source, reserved, ...(typeof atMs === "number" && { replacesAtMs: atMs }) };
}
