/** A server whose paths say what it does: `/missing…` is not there, `/slow…` never answers, anything else is a file. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { TestContext } from "node:test";

export type FileServer = {
	/** `http://127.0.0.1:PORT`, without a slash at its end. */
	readonly base: string;
	/** Requests so far. */
	requests(): number;
	/** The request headers that came with a path. */
	headersOf(path: string): NodeJS.Dict<string | string[]> | undefined;
};

/** Serves until the test ends. */
export async function startFileServer(context: TestContext): Promise<FileServer> {
	const seen = new Map<string, NodeJS.Dict<string | string[]>>();
	let count = 0;
	const server = createServer((request, response) => {
		const path = request.url ?? "";
		count++;
		seen.set(path, request.headers);
		if (path.startsWith("/slow")) return;
		response.statusCode = path.startsWith("/missing") ? 404 : 200;
		response.end(`the bytes of ${path}\n`);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return {
		base: `http://127.0.0.1:${address.port}`,
		requests: () => count,
		headersOf: (path) => seen.get(path),
	};
}
