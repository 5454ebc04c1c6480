/** What of a worker's results is believed: they are counted and go into the journal, by which later runs read and replace files. */
import type { AttemptResult, TaskProgress } from "../core/task.ts";
import { isAmount, isChecksum, isListOf, isMaybe, isObject, isSavedPath, isText, isUrl } from "./checks.ts";

export function isResult(value: unknown): value is AttemptResult {
	if (!isObject(value) || !isObject(value.worker)) return false;
	const { httpStatus, redirects, firstByteMs, intents, contentType, finalUrl, owner } = value;
	return (
		typeof value.kept === "boolean" &&
		isAmount(intents) &&
		[httpStatus, redirects, firstByteMs].every((one) => isMaybe(one, isAmount)) &&
		[contentType, finalUrl, owner].every((one) => isMaybe(one, isText)) &&
		isEnd(value)
	);
}

type Fields = { readonly [name: string]: unknown };

function isEnd(end: Fields): boolean {
	switch (end.kind) {
		case "saved": {
			const { sha256, shortfall, remarks } = end;
			const isTold = isMaybe(shortfall, isMessage) && isMaybe(remarks, (all) => isListOf(all, isMessage));
			return isFile(end) && isMaybe(sha256, isText) && isVersion(end) && isTold;
		}
		case "skipped":
			return isFile(end) && isMaybe(end.version, (version) => isObject(version) && isVersion(version));
		case "failed": {
			const { failure, told, retryAfterMs, allowedPerSecond } = end;
			const asked = [retryAfterMs, allowedPerSecond].every((one) => isMaybe(one, isAmount));
			return isFailure(failure) && isMaybe(told, isToldMirrors) && asked;
		}
		default:
			return end.kind === "cancelled";
	}
}

function isFile({ file, bytes }: Fields): boolean {
	return isSavedPath(file) && isAmount(bytes);
}

function isVersion({ etag, lastModified }: Fields): boolean {
	return isMaybe(etag, isText) && isMaybe(lastModified, isText);
}

function isMessage(value: unknown): boolean {
	return isObject(value) && isText(value.kind) && isText(value.message);
}

function isFailure(value: unknown): boolean {
	if (!isObject(value) || !isText(value.code) || !isText(value.message)) return false;
	const { transient, endsRun } = value;
	return typeof transient === "boolean" && isMaybe(endsRun, (one) => typeof one === "boolean");
}

function isToldMirrors(value: unknown): boolean {
	if (!isObject(value)) return false;
	const { urls, checksums, description } = value;
	const isRight = isListOf(urls, isUrl) && isListOf(checksums, isChecksum);
	return isRight && isMaybe(description, (one) => isObject(one) && isUrl(one.url) && typeof one.isOwn === "boolean");
}

export function isProgress(value: unknown): value is TaskProgress {
	if (!isObject(value)) return false;
	const { id, bytes, totalBytes, slots } = value;
	return typeof id === "number" && isAmount(bytes) && isMaybe(totalBytes, isAmount) && isMaybe(slots, isSlots);
}

function isSlots(value: unknown): boolean {
	return isObject(value) && isAmount(value.wants) && isListOf(value.uses, isUse);
}

function isUse(value: unknown): boolean {
	return isObject(value) && isAmount(value.has) && isAmount(value.requests) && typeof value.isOut === "boolean";
}
