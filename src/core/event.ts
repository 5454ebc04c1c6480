/** What a run tells its sinks. Sinks only watch: nothing that they do changes the run. */
import type { Entry } from "./entry.ts";
import type { Failure } from "./failure.ts";
import type { Method, Outcome, Summary } from "./outcome.ts";
import type { Saved } from "./saved.ts";
import type { TaskProgress, WorkerLabel } from "./task.ts";

export type RunEvent =
	| {
			readonly type: "run-started";
			/** Names the run and its log folder. */
			readonly run: string;
			readonly list: string;
			readonly dir: string;
			/** Where the files go, where that is not `dir`. */
			readonly sink?: string;
			readonly method: Method;
			/** Most downloads in flight at once, where that is given. */
			readonly concurrency: number | "auto";
			/** Most downloads in flight to one host, where that is given. */
			readonly perHost?: number | "auto";
	  }
	/** More of the list was read: `total` entries so far, which is all of them once `complete`. */
	| {
			readonly type: "list-read";
			readonly total: number;
			readonly complete: boolean;
			/** How much of the list was read, from 0 to 1, where its size is known. */
			readonly fraction?: number;
	  }
	| {
			readonly type: "attempt-started";
			readonly id: number;
			readonly url: string;
			readonly attempt: number;
			/** Whom the attempt asks, as the scheduler counts hosts: `host` or `host:port`. */
			readonly host?: string;
	  }
	| ({ readonly type: "progress" } & TaskProgress)
	/** An attempt ended and the entry will be tried again after `waitMs`. */
	| {
			readonly type: "retry";
			readonly id: number;
			readonly url: string;
			readonly attempt: number;
			readonly failure: Failure;
			readonly waitMs: number;
			readonly worker: WorkerLabel;
			/** Whom the attempt asked. */
			readonly host?: string;
	  }
	/** A level was moved: of a host, or over all (`null`); `inAll` is how many may be in flight now. */
	| {
			readonly type: "level";
			readonly host: string | null;
			readonly level: number;
			readonly inAll: number;
			readonly why: string;
	  }
	/** Nothing starts, to one host or at all (`null`), until that time (milliseconds since 1970), or until it is resumed. */
	| { readonly type: "paused"; readonly host: string | null; readonly untilMs?: number; readonly why: string }
	| { readonly type: "resumed"; readonly host: string | null; readonly why: string }
	/**
	 * An entry ended; `id` and `host`, which is the one that was asked last, are absent where no attempt was made.
	 * `refreshed` is the file that was asked for again (`--refresh`).
	 */
	| {
			readonly type: "ended";
			readonly id?: number;
			readonly host?: string;
			readonly refreshed?: Saved | undefined;
			readonly entry: Entry;
			readonly outcome: Outcome;
	  }
	/** Something that the user should know and that ends nothing. */
	| { readonly type: "warning"; readonly message: string }
	/** Something worth a line in the log. */
	| { readonly type: "note"; readonly message: string; readonly worker?: WorkerLabel }
	| { readonly type: "stopping"; readonly reason: string }
	| { readonly type: "run-ended"; readonly summary: Summary };

/** Receives the events of a run. `on` is called often and must be cheap; it never throws. */
export type Sink = {
	on(event: RunEvent): void;
	/** Writes what is still held back and frees what was taken. */
	close(): Promise<void>;
};
