/** What the coordinator hands to a runner and what comes back: plain data that crosses threads and processes unchanged. */
import type { Checksum } from "./checksum.ts";
import type { Header, Pieces } from "./entry.ts";
import type { EntryRange } from "./entry-range.ts";
import type { Failure } from "./failure.ts";
import type { Model } from "./outcome.ts";
import type { Saved, Version } from "./saved.ts";
import type { ToldMirrors } from "./told-mirrors.ts";

/** One attempt at one entry. */
export type Task = {
	/** Number of the entry within the run. */
	readonly id: number;
	/** Hexadecimal digest that identifies the entry in its directory, in this run and in later ones. */
	readonly key: string;
	/** The mirror that this attempt asks, credentials included. */
	readonly url: string;
	/** The first listed URL: it names the file, wherever the bytes come from. */
	readonly namedBy: string;
	/** Other URLs of the same file, which may bring pieces of it. */
	readonly mirrors?: readonly string[];
	/** Which attempt this is, counted from 1. */
	readonly attempt: number;
	/** File to save under, relative to the download directory; already proven to be lexically inside of it. */
	readonly out?: string | undefined;
	/** Folder to save in, relative to the download directory, where the list names one and no file. */
	readonly folder?: string | undefined;
	/** What the bytes must be: all of them must hold. */
	readonly checksums?: readonly Checksum[] | undefined;
	readonly headers?: readonly Header[] | undefined;
	/** Whether a server named the URL, and not the list: what is for the listed origin is not for this one. */
	readonly isTold?: boolean;
	/** Whether the URL is that of a Metalink for the file: nothing is saved, and the end tells what mirrors it names. */
	readonly isDescription?: boolean;
	/** The part of the resource that is the file. */
	readonly range?: EntryRange | undefined;
	/** Patterns of the media types that are wanted. */
	readonly expectTypes?: readonly string[] | undefined;
	/** Size that the file must have, in bytes. */
	readonly sizeBytes?: number | undefined;
	/** Digests of the file's pieces. */
	readonly pieces?: Pieces | undefined;
	/** The file as it was saved before: only another version of it is wanted, and takes its place. */
	readonly refresh?: Saved | undefined;
	/** Whether an earlier attempt left bytes of this entry that may be continued. */
	readonly resume: boolean;
	/** What an earlier run saved in the bucket: where it is still there, nothing is asked for. */
	readonly saved?: { readonly file: string; readonly bytes: number } | undefined;
	/** Attempts in a row that failed with a status of 5xx to a range: the range itself may be the cause. */
	readonly rangeFailures?: number;
	/** Time left to the entry, in milliseconds; absent when it has no limit. */
	readonly timeLeftMs?: number | undefined;
	/** Whether the attempt must have a worker to itself: an earlier one lost its worker. */
	readonly alone: boolean;
};

export type FailedResult = AttemptResult & { readonly kind: "failed" };

/** How one attempt ended. A failing URL is a result, never an exception. */
export type AttemptResult = {
	readonly id: number;
	/** HTTP status of the last response head, where there was one. */
	readonly httpStatus?: number | undefined;
	/** Where the attempt ran. */
	readonly worker: WorkerLabel;
	/** Whether bytes were kept that a later attempt may continue. */
	readonly kept: boolean;
	/** Whether it failed with a status of 5xx to a range. */
	readonly rangeFailed?: boolean;
	/** Media type of the last answer, as the server named it. */
	readonly contentType?: string | undefined;
	/** Where the last answer came from, where a redirect led elsewhere; without credentials. */
	readonly finalUrl?: string | undefined;
	/** Whether there was a connection at the last request; absent where that is not known. */
	readonly connected?: boolean | undefined;
	/** Requests beyond the first: those that redirects took. */
	readonly redirects?: number | undefined;
	/** From the request to the first byte of its answer. */
	readonly firstByteMs?: number | undefined;
	/** The server said in its protocol's own way that it was asked too much: REFUSED_STREAM, GOAWAY. */
	readonly refused?: boolean | undefined;
	/** Number of the worker's file of intents: what lies in earlier ones has been told to the coordinator. */
	readonly intents: number;
	/** What the worker is called in the directory, where its label does not tell. */
	readonly owner?: string | undefined;
} & AttemptEnd;

/** What a server asks for, with a refusal. */
export type Asked = {
	readonly retryAfterMs?: number | undefined;
	/** Requests a second that it allows. */
	readonly allowedPerSecond?: number | undefined;
};

/** The ways in which an attempt ends. */
export type AttemptEnd =
	| {
			readonly kind: "saved";
			/** Path relative to the download directory, with `/` as separator. */
			readonly file: string;
			readonly bytes: number;
			readonly sha256?: string | undefined;
			readonly etag?: string | undefined;
			readonly lastModified?: string | undefined;
			/** In a dry run: the server does not say how many bytes it has. */
			readonly isSizeUnknown?: boolean;
			/** What the file system could not do for the file. */
			readonly shortfall?: Shortfall;
			/** What is odd about the answer, although the file is saved. */
			readonly remarks?: readonly Remark[];
	  }
	| {
			readonly kind: "skipped";
			readonly file: string;
			readonly bytes: number;
			/** The same bytes came again: the version that they are now. */
			readonly version?: Version;
	  }
	| ({
			readonly kind: "failed";
			readonly failure: Failure;
			/** Mirrors that servers told of. */
			readonly told?: ToldMirrors;
	  } & Asked)
	| { readonly kind: "cancelled" };

/** Something that a file lacks although it is saved whole: told once a run for each kind. */
export type Shortfall = { readonly kind: "time" | "flush"; readonly message: string };

/** Something odd about what a host sends: told once a host for each kind. */
export type Remark = {
	/**
	 * `encoded`: bytes with a content coding that was not asked for; `page`: an HTML page under a name of another kind;
	 * `pieces`: answers to pieces of a file that do not fit together; `end`: bodies whose end nothing tells.
	 */
	readonly kind: "encoded" | "page" | "pieces" | "end";
	readonly host: string;
	readonly message: string;
};

/** Names one worker: the model that it belongs to and its number there, counted from 1; 0 is the coordinator. */
export type WorkerLabel = { readonly model: Model; readonly number: number };

/** Bytes that a running attempt has received, sent a few times a second for transfers that last. */
export type TaskProgress = {
	readonly id: number;
	/** Bytes of the file that are here, those of earlier attempts included. */
	readonly bytes: number;
	/** Size of the whole file, where the server announced it. */
	readonly totalBytes?: number;
	readonly slots?: Slots;
};

/** Slots beyond its own that a large file wants for further connections, and those that it uses. */
export type Slots = {
	readonly wants: number;
	/** At the host that the task names, and at those of its mirrors. */
	readonly uses: readonly SlotUse[];
};

export type SlotUse = {
	readonly has: number;
	/** Requests for pieces so far. */
	readonly requests: number;
	/** Whether no more of them are to be had there. */
	readonly isOut: boolean;
};

/** Slots beyond its own that a download may use, from now on: at the host that the task names, and at those of its mirrors. */
export type SlotGrant = { readonly id: number; readonly extra: readonly number[] };

/** What becomes of a task that no worker has begun when the run stops. */
export function cancelledResult(task: Task, worker: WorkerLabel): AttemptResult {
	return { id: task.id, kind: "cancelled", kept: task.resume, worker, intents: 0 };
}
