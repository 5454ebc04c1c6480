/** How entries end, from what their last attempts came to. */
import type { Failure } from "../core/failure.ts";
import type { AttemptEnd } from "../core/task.ts";
import type { HowEnded } from "./outcome-of.ts";
import type { Pending } from "./pending.ts";

type End<Kind> = AttemptEnd & { readonly kind: Kind };
type Facts = { readonly finalUrl?: string | undefined; readonly contentType?: string | undefined };

export function howSaved(result: End<"saved"> & Facts): HowEnded {
	const { file, bytes, sha256, finalUrl, contentType, isSizeUnknown } = result;
	return { status: "saved", file, bytes, sha256, finalUrl, contentType, isSizeUnknown, version: result };
}

/** Of a file that was asked for again, or looked for in a bucket, what the journal has of it still holds. */
export function howSkipped(
	{ file, bytes, version }: End<"skipped">,
	{ demands, saved: there, key }: Pending,
): HowEnded {
	const saved = demands?.refresh ?? there;
	// It may be another one, that was there in its place.
	if (saved?.file !== file || saved.bytes !== bytes) return { status: "skipped", file, bytes };
	return { status: "skipped", file, bytes, key, sha256: saved.sha256, known: saved, version };
}

/** With where its last answer came from, and of what type that was: of a log-in page, for one. */
export function howFailed(failure: Failure, { failed }: Pending): HowEnded {
	return { status: "failed", failure, finalUrl: failed?.finalUrl, contentType: failed?.contentType };
}
