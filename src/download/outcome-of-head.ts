/** Ends that are clear before a body has been read: the file exists, or it is too large. */
import type { Stats } from "node:fs";
import { type Failure, permanent } from "../core/failure.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { discard } from "../store/part.ts";
import { type Attempt, endAttempt } from "./attempt-state.ts";
import { drain } from "./drain.ts";
import { findExisting, type Target, targetFile } from "./target.ts";

/**
 * With `skip` and `fail`, ends the attempt where the file is already there.
 * @param head - Of the answer that brings the file, where one is here.
 * @returns Whether it ends.
 */
export function endsAtExisting(attempt: Attempt, target: Target, head?: ResponseHead): boolean {
	const { onExists, dir, bucket } = attempt.context.options;
	if (onExists !== "skip" && onExists !== "fail") return false;
	// Not to be asked for every file: its publisher finds out.
	if (bucket) return false;
	// What is there is what is asked for again.
	if (attempt.task.refresh) return false;
	const existing = findExisting(dir, target);
	if (!existing) return false;
	discard(attempt.part);
	const end = (): void => endAsExisting(attempt, targetFile(target), existing);
	if (head) drain(attempt, head, end);
	else end();
	return true;
}

/** What is known of a file that has the name: its size, and whether it is a folder. */
export type Existing = Pick<Stats, "size" | "isDirectory">;

/** What a name that is taken means where it is not to be evaded. */
export function endAsExisting(attempt: Attempt, file: string, existing: Partial<Existing> | undefined): void {
	const { onExists } = attempt.context.options;
	const isFolder = existing?.isDirectory?.() ?? false;
	if (onExists === "skip" && !isFolder) {
		return endAttempt(attempt, { kind: "skipped", file, bytes: existing?.size ?? 0 });
	}
	const what = isFolder ? `${file} is a folder` : `${file} is already there (--on-exists ${onExists})`;
	endAttempt(attempt, { kind: "failed", failure: permanent("exists", what) });
}

export function tooLarge(maxSizeBytes: number, totalBytes?: number): Failure {
	const announced = totalBytes === undefined ? "" : `: ${totalBytes} bytes`;
	return permanent("too_large", `larger than ${maxSizeBytes} bytes (--max-size)${announced}`);
}
