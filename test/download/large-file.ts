/** A server of one large file that sends each answer slowly, and may answer pieces of it in any way. */
import { once } from "node:events";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { originBytes } from "../../src/origin/content.ts";
import { type Served, serve } from "./serve.ts";

export const mebibyte: number = 1024 ** 2;

/** Bytes of a version of the file: none of its parts can stand in for another. */
export function bodyOf(version: number, sizeBytes: number): Buffer {
	return originBytes(version, "/large", { start: 0, end: sizeBytes });
}

/** What is sent. */
export type Answer = {
	readonly status: number;
	readonly head: OutgoingHttpHeaders;
	readonly body: Buffer;
	/** Breaks the connection after so many bytes. */
	readonly cutAt?: number;
	/** Milliseconds for each 64 KiB. */
	readonly paceMs?: number;
	/** It comes then. */
	readonly after?: Promise<void>;
};

export type Question = {
	/** First byte and the one behind the last; absent where the whole is asked for. */
	readonly range?: { readonly start: number; readonly end: number };
	/** How many requests came before. */
	readonly nth: number;
	/** Answers that are under way, this one included. */
	readonly now: number;
	readonly request: IncomingMessage;
	/** When its answer is over, or was broken off. */
	readonly over: Promise<void>;
};

export type LargeFile = {
	readonly body: Buffer;
	readonly head?: OutgoingHttpHeaders;
	readonly paceMs?: number;
	/** Another answer than the right one. */
	readonly instead?: (question: Question, right: Answer) => Answer | undefined;
};

export type ServedFile = Served & {
	/** All that was asked for and sent, in the order of the requests. */
	readonly asked: readonly { readonly start: number; readonly end: number; sent: number }[];
	/** Most answers at once. */
	readonly most: () => number;
};

const chunkBytes = 64 * 1024;
const usualHead = { etag: '"one"', "last-modified": "Sat, 21 Nov 2020 10:00:00 GMT", "accept-ranges": "bytes" };

export async function serveLarge(context: TestContext, file: LargeFile): Promise<ServedFile> {
	const asked: { start: number; end: number; sent: number }[] = [];
	let nth = 0;
	let now = 0;
	let most = 0;
	const served = await serve(context, (request, response) => {
		const range = rangeOf(request, file.body.length);
		const right = rightAnswer(file, range);
		now++;
		const over = new Promise<void>((resolve) => response.once("close", resolve));
		void over.then(() => now--);
		const question = { nth: nth++, now, request, over, ...(range && { range }) };
		const answer = file.instead?.(question, right) ?? right;
		const one = { start: range?.start ?? 0, end: range?.end ?? file.body.length, sent: 0 };
		asked.push(one);
		most = Math.max(most, now);
		void send(response, { paceMs: file.paceMs ?? 5, ...answer }, (bytes) => {
			one.sent += bytes;
		});
	});
	return { ...served, asked, most: () => most };
}

function rightAnswer({ body, head = usualHead }: LargeFile, range: Question["range"]): Answer {
	if (!range) return { status: 200, head: { ...head, "content-length": body.length }, body };
	const part = body.subarray(range.start, range.end);
	return {
		status: 206,
		head: { ...head, "content-length": part.length, ...contentRange(range, body.length) },
		body: part,
	};
}

export function contentRange({ start, end }: { start: number; end: number }, total: number): OutgoingHttpHeaders {
	return { "content-range": `bytes ${start}-${end - 1}/${total}` };
}

async function send(
	response: ServerResponse,
	answer: Answer & { readonly paceMs: number },
	onSent: (bytes: number) => void,
) {
	const { status, head, body, cutAt, paceMs, after } = answer;
	await after;
	if (response.destroyed) return;
	response.writeHead(status, head);
	const end = Math.min(cutAt ?? body.length, body.length);
	for (let start = 0; start < end && !response.destroyed; start += chunkBytes) {
		const chunk = body.subarray(start, Math.min(end, start + chunkBytes));
		onSent(chunk.length);
		if (!response.write(chunk)) await drained(response);
		if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs));
	}
	if (cutAt === undefined) response.end();
	else response.destroy();
}

function rangeOf(request: IncomingMessage, sizeBytes: number): Question["range"] {
	const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
	if (first === undefined) return undefined;
	return { start: Number(first), end: last ? Math.min(sizeBytes, Number(last) + 1) : sizeBytes };
}

async function drained(response: ServerResponse): Promise<void> {
	const left = new AbortController();
	const { signal } = left;
	await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]).catch(() => {});
	left.abort();
}
