/** What of a task is believed that came through Redis: nothing in it may lead out of the sink, whoever wrote it, or keep a worker from its end. */
import { safeFolderPath, safeOutPath } from "../core/naming.ts";
import type { Task } from "../core/task.ts";
import {
	isAlgorithm,
	isAmount,
	isChecksum,
	isCount,
	isHex,
	isListOf,
	isMaybe,
	isObject,
	isSavedPath,
	isText,
	isUrl,
} from "./checks.ts";

const keyPattern = /^[0-9a-f]{20}$/;

/** Of each field of a task, by its name: one that is not named here is a mistake of whoever adds it. */
const fields: { readonly [Name in keyof Required<Task>]: (value: unknown) => boolean } = {
	id: (value) => typeof value === "number",
	key: (value) => isText(value) && keyPattern.test(value),
	url: isUrl,
	namedBy: isUrl,
	mirrors: (value) => isMaybe(value, (all) => isListOf(all, isUrl)),
	attempt: (value) => typeof value === "number",
	out: (value) => isMaybe(value, (out) => isText(out) && safeOutPath(out) === out),
	folder: (value) => isMaybe(value, (folder) => isText(folder) && safeFolderPath(folder) === folder),
	checksums: (value) => isMaybe(value, (all) => isListOf(all, isChecksum)),
	headers: (value) => isMaybe(value, (all) => isListOf(all, isHeader)),
	isTold: isMaybeFlag,
	isDescription: isMaybeFlag,
	range: (value) => isMaybe(value, isRange),
	expectTypes: (value) => isMaybe(value, (all) => isListOf(all, isText)),
	sizeBytes: (value) => isMaybe(value, isAmount),
	pieces: (value) => isMaybe(value, isPieces),
	refresh: (value) => isMaybe(value, isSaved),
	resume: isFlag,
	saved: (value) => isMaybe(value, isSaved),
	rangeFailures: (value) => isMaybe(value, isAmount),
	timeLeftMs: (value) => isMaybe(value, isAmount),
	alone: isFlag,
};
const checks = Object.entries(fields);

export function isTask(value: unknown): value is Task {
	return isObject(value) && checks.every(([name, isRight]) => isRight(value[name]));
}

function isFlag(value: unknown): boolean {
	return typeof value === "boolean";
}

function isMaybeFlag(value: unknown): boolean {
	return isMaybe(value, isFlag);
}

function isHeader(value: unknown): boolean {
	return isListOf(value, isText) && Array.isArray(value) && value.length === 2;
}

function isRange(value: unknown): boolean {
	return isObject(value) && isAmount(value.first) && isAmount(value.last) && value.first <= value.last;
}

function isPieces(value: unknown): boolean {
	return isObject(value) && isAlgorithm(value.algorithm) && isCount(value.lengthBytes) && isListOf(value.hexes, isHex);
}

function isSaved(value: unknown): boolean {
	if (!isObject(value)) return false;
	const { file, bytes, etag, lastModified, sha256, atMs } = value;
	const texts = [etag, lastModified, sha256].every((one) => isMaybe(one, isText));
	return isSavedPath(file) && isAmount(bytes) && texts && isMaybe(atMs, isAmount);
}
