/** One plain request, for tests: rejects as the socket does. */
import http, { type IncomingHttpHeaders } from "node:http";
import https, { type RequestOptions } from "node:https";
import { buffer } from "node:stream/consumers";

export type Fetched = {
	readonly status: number;
	readonly headers: IncomingHttpHeaders & { readonly "repr-digest"?: string };
	readonly body: Buffer;
};

export function fetchFrom(url: string, options: RequestOptions = {}): Promise<Fetched> {
	return new Promise((resolve, reject) => {
		const { request } = url.startsWith("https:") ? https : http;
		request(url, { agent: false, ...options }, (response) => {
			const { statusCode: status = 0, headers } = response;
			buffer(response).then((body) => resolve({ status, headers, body }), reject);
		})
			.on("error", reject)
			.end();
	});
}
