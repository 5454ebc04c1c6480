/** Events of a run, for tests that need no run. */
import type { RunEvent } from "../../src/core/event.ts";
import type { FailureCode } from "../../src/core/failure.ts";
import type { Outcome, Summary } from "../../src/core/outcome.ts";

type Ended = RunEvent & { readonly type: "ended" };

export function ended(id: number, host: string, changes: Partial<Outcome> = {}): Ended {
	const url = `https://${host}/${id}`;
	const outcome: Outcome = {
		line: id,
		url,
		status: "saved",
		file: String(id),
		bytes: 10,
		httpStatus: 200,
		attempts: 1,
		ms: 5,
		method: "async",
		worker: 1,
		...changes,
	};
	return { type: "ended", id, host, entry: { line: id, urls: [url] }, outcome };
}

export function failed(id: number, host: string, code: FailureCode, message = "it failed"): Ended {
	return ended(id, host, { status: "failed", file: null, bytes: 0, error: { code, message } });
}

export function retried(id: number, host: string, worker = 1): RunEvent {
	const failure = { code: "reset", message: "it broke", transient: true } as const;
	const label = { model: "async", number: worker } as const;
	return { type: "retry", id, url: `https://${host}/${id}`, attempt: 1, failure, waitMs: 1, worker: label, host };
}

export function begun(id: number, host: string, attempt = 1): RunEvent {
	return { type: "attempt-started", id, url: `https://${host}/${id}`, attempt, host };
}

export const started: RunEvent = {
	type: "run-started",
	run: "sample",
	list: "list.txt",
	dir: "downloads",
	method: "async",
	concurrency: 8,
	perHost: 4,
};

export const emptySummary: Summary = {
	run: "sample",
	list: "https://user:secret@lists.example/urls.txt",
	dir: "downloads",
	method: "async",
	total: 0,
	saved: 0,
	skipped: 0,
	duplicates: 0,
	failed: 0,
	cancelled: 0,
	bytes: 0,
	seconds: 0,
	filesPerSecond: 0,
	bytesPerSecond: 0,
	retries: 0,
	errors: {},
	hosts: [],
};
