/** What an answer says: status, header fields and which bytes, decided before anything is sent. */
import type { OutgoingHttpHeaders } from "node:http";
import { type ByteSpan, originBytes } from "./content.ts";
import type { Exchange } from "./exchange.ts";
import type { FileFacts } from "./file-facts.ts";
import type { OriginOptions } from "./options.ts";
import { answerRange, type RangeAnswer } from "./range-request.ts";

export type Reply = {
	readonly status: number;
	readonly headers: OutgoingHttpHeaders;
	readonly content?: Content;
};

/** The bytes of an answer; absent for HEAD and where there are none. */
export type Content = {
	readonly span: ByteSpan;
	/** All of the span, where it is at hand. */
	readonly whole?: Uint8Array;
	/** Makes a part of the span. */
	bytes(part: ByteSpan): Uint8Array;
};

/** Says that there is no such file, or that it cannot be asked for in this way. */
export function refusal(status: 404 | 405): Reply {
	return status === 405 ? empty(405, { allow: "GET, HEAD" }) : empty(404, {});
}

/** Says that it went wrong, for once. */
export function errorReply({ retryAfterSeconds }: OriginOptions, status: number): Reply {
	const asksToWait = retryAfterSeconds !== undefined && (status === 503 || status === 429);
	return empty(status, asksToWait ? { "retry-after": String(retryAfterSeconds) } : {});
}

type FileRequest = {
	readonly options: OriginOptions;
	readonly request: Exchange["request"];
	readonly path: string;
	readonly file: FileFacts;
};

/** Gives the file, or the part of it that was asked for. */
export function fileReply({ options, request, path, file }: FileRequest): Reply {
	const isGet = request.method === "GET";
	const asked = options.ranges && isGet ? request.headers : { "if-none-match": request.headers["if-none-match"] };
	const answer = answerRange(asked, file);
	const headers = fileHeaders(options, file, answer);
	const { span } = answer;
	if (!isGet || !span) return { status: answer.status, headers };
	const { body } = file;
	const bytes = (part: ByteSpan): Uint8Array =>
		body ? body.subarray(part.start, part.end) : originBytes(options.seed, path, part);
	return { status: answer.status, headers, content: { span, bytes, ...(body && { whole: bytes(span) }) } };
}

function fileHeaders({ ranges }: OriginOptions, file: FileFacts, { status, span }: RangeAnswer): OutgoingHttpHeaders {
	const headers: OutgoingHttpHeaders = {
		etag: file.etag,
		"last-modified": file.lastModified,
		"accept-ranges": ranges ? "bytes" : "none",
	};
	if (status === 416) headers["content-range"] = `bytes */${file.sizeBytes}`;
	if (!span) return status === 416 ? { ...headers, "content-length": 0 } : headers;
	if (status === 206) headers["content-range"] = `bytes ${span.start}-${span.end - 1}/${file.sizeBytes}`;
	headers["content-type"] = "application/octet-stream";
	headers["content-length"] = span.end - span.start;
	if (file.digest !== undefined) headers["repr-digest"] = file.digest;
	return headers;
}

function empty(status: number, headers: OutgoingHttpHeaders): Reply {
	return { status, headers: { ...headers, "content-length": 0 } };
}
