/** Large files of which the server sends one half, until it is asked for the rest by Range. */
import { createHash } from "node:crypto";
import type { Answer } from "./lab.ts";

export const halfFileBytes = 600_000;

/** The bytes follow from the path. */
export function halfFileBytesOf(path: string): Buffer {
	const block = createHash("sha512").update(path).digest();
	return Buffer.alloc(halfFileBytes, block);
}

/** Sends the first half and hangs; a request with Range and If-Range gets the rest. */
export const sendHalf: Answer = (request, response) => {
	const body = halfFileBytesOf(request.url ?? "");
	const etag = `"${createHash("md5").update(body).digest("hex")}"`;
	const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
	if (from === 0 || request.headers["if-range"] !== etag) {
		response.writeHead(200, { "Content-Length": body.length, ETag: etag });
		response.write(body.subarray(0, body.length / 2));
		return;
	}
	response.writeHead(206, {
		"Content-Length": body.length - from,
		"Content-Range": `bytes ${from}-${body.length - 1}/${body.length}`,
		ETag: etag,
	});
	response.end(body.subarray(from));
};
