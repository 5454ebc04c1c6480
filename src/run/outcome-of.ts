/** Makes the records of ended entries. */
import type { Entry } from "../core/entry.ts";
import type { Failure } from "../core/failure.ts";
import type { Outcome } from "../core/outcome.ts";
import { publicMessage, publicUrl } from "../core/public-url.ts";
import type { Saved, Version } from "../core/saved.ts";
import type { WorkerLabel } from "../core/task.ts";

/** How an entry ended. */
export type Ending = {
	readonly entry: Entry;
	readonly worker: WorkerLabel;
	readonly attempts: number;
	readonly ms: number;
	readonly httpStatus?: number | undefined;
	readonly how: HowEnded;
};

export type HowEnded = (
	| {
			readonly status: "saved" | "skipped";
			readonly file: string;
			readonly bytes: number;
			readonly sha256?: string | undefined;
			/** Of the journal's record of a file that was saved before, and that record. */
			readonly key?: string;
			readonly known?: Saved;
			/** What is to be remembered of the file; of one that was skipped only where that is new. */
			readonly version?: Version | undefined;
			readonly isSizeUnknown?: boolean | undefined;
	  }
	| { readonly status: "duplicate" | "cancelled" }
	| { readonly status: "failed"; readonly failure: Failure }
) & {
	/** Where the last answer came from, if a redirect led there, and its media type. */
	readonly finalUrl?: string | undefined;
	readonly contentType?: string | undefined;
};

export function outcomeOf(ending: Ending): Outcome {
	const { entry, worker, how } = ending;
	const has = how.status === "saved" || how.status === "skipped";
	const outcome: Mutable<Outcome> = {
		line: entry.line,
		url: publicUrl(entry.urls[0]),
		status: how.status,
		file: has ? how.file : null,
		bytes: has ? how.bytes : 0,
		httpStatus: ending.httpStatus ?? null,
		attempts: ending.attempts,
		ms: Math.round(ending.ms),
		method: worker.model,
		worker: worker.number,
	};
	if (entry.list !== undefined) outcome.list = entry.list;
	if (has && how.sha256 !== undefined) outcome.sha256 = how.sha256;
	if (how.finalUrl !== undefined) outcome.finalUrl = how.finalUrl;
	if (how.contentType !== undefined) outcome.contentType = how.contentType;
	if (how.status === "saved" && how.isSizeUnknown) outcome.sizeUnknown = true;
	if (how.status === "failed") {
		const { code, message } = how.failure;
		outcome.error = { code, message: publicMessage(message) };
	}
	return outcome;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
