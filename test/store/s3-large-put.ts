/** Puts a large object of one request into fauxqs, which takes 11 MiB at once: in pieces, as the store behind it would keep it. */
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";

const pieceBytes = 8 * 1024 * 1024;
export const largestPut: number = 10 * 1024 * 1024;

/** @param url - Of the object. */
export async function putLarge(url: string, request: IncomingMessage): Promise<void> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(Buffer.from(chunk));
	const body = Buffer.concat(chunks);
	const metadata = Object.entries(request.headers).filter(([name]) => name.startsWith("x-amz-meta-"));
	const headers = Object.fromEntries(metadata.map(([name, value]) => [name, String(value)]));
	const begun = await (await fetch(`${url}?uploads`, { method: "POST", headers })).text();
	const upload = /<UploadId>([^<]*)</.exec(begun)?.[1];
	assert(upload, begun);
	let parts = "";
	for (let n = 0; n * pieceBytes < body.length; n++) {
		const piece = body.subarray(n * pieceBytes, (n + 1) * pieceBytes);
		const { headers: answer } = await fetch(`${url}?partNumber=${n + 1}&uploadId=${upload}`, {
			method: "PUT",
			body: piece,
		});
		parts += `<Part><PartNumber>${n + 1}</PartNumber><ETag>${answer.get("etag")}</ETag></Part>`;
	}
	const whole = `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`;
	const { ok } = await fetch(`${url}?uploadId=${upload}`, { method: "POST", body: whole });
	assert(ok);
}
