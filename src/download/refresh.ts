/** A file that was saved before and is asked for again (`--refresh`): when it is still the same. */
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { parseHttpDate } from "../core/http-date.ts";
import { isStillSaved, type Saved } from "../core/saved.ts";
import { discard } from "../store/part.ts";
import { hasBytesOf } from "../store/same-bytes.ts";
import { type Attempt, endAttempt } from "./attempt-state.ts";
import { findExisting, targetOf } from "./target.ts";

/** The server has no other version. */
export function endUnchanged(attempt: Attempt): void {
	const { refresh } = attempt.task;
	if (!refresh) return;
	discard(attempt.part);
	endAttempt(attempt, { kind: "skipped", file: refresh.file, bytes: refresh.bytes });
}

/** Whether the bytes that came are those of the file that is there. */
export async function cameAgain({ part, context }: Attempt, { file }: Saved): Promise<boolean> {
	if (context.publisher.hasBytesOf) return context.publisher.hasBytesOf(part, file);
	return hasBytesOf(part, join(context.options.dir, file));
}

/** The same bytes came again, under another version or none: the next time that one is asked with. */
export function endSame(attempt: Attempt, refresh: Saved): void {
	const { etag, part, context } = attempt;
	const { dir, bucket } = context.options;
	const lastModified = part.source?.lastModified;
	const modified = parseHttpDate(lastModified);
	if (bucket) {
		discard(part);
		const version = { etag, lastModified };
		return endAttempt(attempt, { kind: "skipped", file: refresh.file, bytes: refresh.bytes, version });
	}
	const found = findExisting(dir, targetOf(attempt, context.naming, {}));
	const isOurs = found !== undefined && isStillSaved(refresh, found);
	discard(part);
	const end = { kind: "skipped", file: refresh.file, bytes: refresh.bytes } as const;
	// Whose time is not ours to set is not taken for ours the next time either.
	if (!isOurs) return endAttempt(attempt, end);
	if (modified === undefined) return endAttempt(attempt, { ...end, version: { etag } });
	try {
		utimesSync(join(dir, refresh.file), Date.now() / 1000, modified);
		endAttempt(attempt, { ...end, version: { etag, lastModified } });
	} catch {
		endAttempt(attempt, { ...end, version: { etag } });
	}
}
