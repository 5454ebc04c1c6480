/** Servers of one test: HTTP with a handler, and bare sockets for what no HTTP server would do. Closed after the test. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createNetServer, type Server as NetServer, type Socket } from "node:net";
import type { TestContext } from "node:test";

export type Served = {
	/** Without a slash at its end. */
	readonly url: string;
	readonly port: number;
	/** All requests so far. */
	readonly requests: readonly Asked[];
};

export type Asked = { readonly path: string; readonly headers: IncomingMessage["headers"] };

type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** @param handler - Is also told how many requests came before for the same path. */
export async function serve(context: TestContext, handler: Handler, host = "127.0.0.1"): Promise<Served> {
	const { listener, requests } = recording(handler);
	return { ...(await listen(context, createServer(listener), { scheme: "http", host })), requests };
}

export type TlsOptions = { readonly cert: string; readonly key: string };

export async function serveTls(context: TestContext, tls: TlsOptions, handler: Handler): Promise<Served> {
	const { listener, requests } = recording(handler);
	return {
		...(await listen(context, createHttpsServer(tls, listener), { scheme: "https", host: "127.0.0.1" })),
		requests,
	};
}

/** Hands each connection over once its first request head is here; heads of later requests come as further calls. */
export async function serveRaw(
	context: TestContext,
	onRequest: (socket: Socket, head: string, nth: number) => void,
): Promise<Served> {
	const requests: Asked[] = [];
	let nth = 0;
	const server = createNetServer((socket) => {
		let text = "";
		socket.on("error", () => socket.destroy());
		socket.on("data", (data) => {
			text += data.toString("latin1");
			for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
				const head = text.slice(0, end);
				text = text.slice(end + 4);
				requests.push({ path: head.split(" ")[1] ?? "", headers: {} });
				onRequest(socket, head, nth++);
			}
		});
	});
	return { ...(await listen(context, server, { scheme: "http", host: "127.0.0.1" })), requests };
}

/** A port of loopback where nobody listens. */
export async function freePort(): Promise<number> {
	const server = createNetServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = addressOf(server);
	server.close();
	await once(server, "close");
	return port;
}

function recording(handler: Handler): { readonly listener: RequestListener; readonly requests: Asked[] } {
	const requests: Asked[] = [];
	const counts = new Map<string, number>();
	const listener: RequestListener = (request, response) => {
		const path = request.url ?? "";
		const nth = counts.get(path) ?? 0;
		counts.set(path, nth + 1);
		requests.push({ path, headers: request.headers });
		handler(request, response, nth);
	};
	return { listener, requests };
}

async function listen(
	context: TestContext,
	server: NetServer | Server,
	{ scheme, host }: { readonly scheme: string; readonly host: string },
): Promise<{ readonly url: string; readonly port: number }> {
	const sockets = new Set<Socket>();
	server.on("connection", (socket: Socket) => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
	});
	server.listen(0, host);
	await once(server, "listening");
	context.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const { port } = addressOf(server);
	return { url: `${scheme}://${host}:${port}`, port };
}

function addressOf(server: NetServer | Server): AddressInfo {
	const address = server.address();
	if (address === null || typeof address === "string") throw new TypeError("not listening on a port");
	return address;
}
