/** Servers that cut a body, and what is asked of them afterwards. */
import assert from "node:assert/strict";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import type { Outcome } from "../../src/core/outcome.ts";
import { type ListRequest, runList } from "../run/run-list.ts";
import { type Served, serve } from "./serve.ts";

/** Bytes that tell their place, so that no part of them can stand in for another. */
export function bytesOf(version: string, size: number): Buffer {
	const text = Array.from({ length: Math.ceil(size / 10) }, (_, n) => `${version}${String(n).padStart(8, "0")}\n`).join(
		"",
	);
	return Buffer.from(text).subarray(0, size);
}

export const date: string = "Sat, 21 Nov 2026 10:00:00 GMT";

export type Version = { readonly body: Buffer; readonly head: OutgoingHttpHeaders };

/** Answers with a version, or with what follows an offset of it. */
export function send(response: ServerResponse, { body, head }: Version, from = 0): ServerResponse {
	const range = from > 0 ? { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` } : {};
	response.writeHead(from > 0 ? 206 : 200, { ...head, "content-length": body.length - from, ...range });
	return response;
}

/** Sends a part of a version and breaks the connection once that has arrived. */
export function cut(
	response: ServerResponse,
	version: Version,
	{ from = 0, to }: { readonly from?: number; readonly to: number },
): void {
	send(response, version, from).write(version.body.subarray(from, to), () => setTimeout(() => response.destroy(), 10));
}

export function offsetOf(request: IncomingMessage): number {
	return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
}

/** Cuts the first answer, and goes on as asked afterwards. */
export function cutOnce(context: TestContext, version: Version, to: number): Promise<Served> {
	return serve(context, (request, response, nth) => {
		const from = offsetOf(request);
		if (nth === 0) cut(response, version, { to });
		else send(response, version, from).end(version.body.subarray(from));
	});
}

export async function save(
	context: TestContext,
	list: string,
	request: ListRequest = {},
): Promise<{ readonly outcome: Outcome; readonly dir: string }> {
	const { outcomes, dir } = await runList(context, list, request);
	const [outcome] = outcomes;
	assert(outcome);
	assert.equal(outcome.status, "saved");
	return { outcome, dir };
}

export function rangeOf({ headers }: Served["requests"][number]): string {
	return headers.range === undefined ? "-" : `${headers.range} ${headers["if-range"]}`;
}
