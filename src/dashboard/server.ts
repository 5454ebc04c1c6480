/** The dashboard's server, on loopback alone: the page, its data, and what the page asks of the run. */
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ControlEvent } from "../core/control.ts";
import type { Collector } from "./collector.ts";
import { hasToken, namesUs } from "./guard.ts";
import { readPage } from "./page-file.ts";
import { readControl } from "./read-control.ts";
import { readView } from "./read-view.ts";
import { stateOf } from "./state.ts";
import type { Streams } from "./streams.ts";

export type ServerOptions = {
	readonly collector: Collector;
	readonly streams: Streams;
	readonly token: string;
	/** Gives whether the run listens. */
	readonly control: (event: ControlEvent) => boolean;
};

const loopback = "127.0.0.1";
const mostConnections = 64;
const mostBodyBytes = 4096;

/**
 * Listens at the port, or at any free one where it is 0.
 * @throws {NodeJS.ErrnoException} the port cannot be had.
 */
export async function listen(options: ServerOptions, port: number): Promise<{ server: Server; port: number }> {
	// An import statement would look at all that the module has, and so load its WebSocket: 26 ms.
	const { createServer } = process.getBuiltinModule("node:http");
	const server = createServer((request, response) => void answer(request, response, { ...options, port: taken }));
	server.maxConnections = mostConnections;
	server.listen(port, loopback);
	await once(server, "listening");
	// Failures of single connections end those alone.
	server.on("error", () => {});
	const address: AddressInfo | string | null = server.address();
	const taken = typeof address === "object" && address !== null ? address.port : port;
	return { server, port: taken };
}

type Answering = ServerOptions & { readonly port: number };

async function answer(request: IncomingMessage, response: ServerResponse, options: Answering): Promise<void> {
	// The other side may go away at any time.
	request.on("error", () => {});
	response.on("error", () => {});
	for (const [name, value] of Object.entries(safety)) response.setHeader(name, value);
	try {
		await route(request, response, options);
	} catch {
		// The page is never worth a run.
		response.destroy();
	}
}

async function route(request: IncomingMessage, response: ServerResponse, options: Answering): Promise<void> {
	if (!namesUs(request.headers.host, options.port)) return refuse(response, 403);
	const target = request.url ?? "";
	if (!target.startsWith("/") || !URL.canParse(`http://${loopback}${target}`)) return refuse(response, 400);
	const url = new URL(`http://${loopback}${target}`);
	const method = methods[url.pathname];
	if (method === undefined) return refuse(response, 404);
	if (request.method !== method && !(request.method === "HEAD" && url.pathname === "/")) {
		response.setHeader("allow", method);
		return refuse(response, 405);
	}
	if (url.pathname === "/") return await sendPage(response);
	if (!hasToken(request, url, options.token)) {
		response.setHeader("www-authenticate", "Bearer");
		return refuse(response, 401);
	}
	const { collector, streams } = options;
	if (url.pathname === "/events") return streams.open(response, readView(url.searchParams));
	if (url.pathname === "/state") return sendJson(response, stateOf(collector, readView(url.searchParams)));
	const body = await readBody(request);
	const event = body === undefined ? undefined : readControl(body);
	if (event === undefined) return refuse(response, body === undefined ? 413 : 400);
	if (!options.control(event)) return refuse(response, 409);
	response.writeHead(204).end();
}

const methods: Readonly<Record<string, string>> = { "/": "GET", "/events": "GET", "/state": "GET", "/control": "POST" };

/** For every answer: nothing is kept, framed, guessed or sent on. */
const safety = {
	"cache-control": "no-store",
	"x-content-type-options": "nosniff",
	"referrer-policy": "no-referrer",
	"cross-origin-resource-policy": "same-origin",
	"x-frame-options": "DENY",
};

/** Read when somebody asks for it: as a rule once. */
async function sendPage(response: ServerResponse): Promise<void> {
	const { html, policy } = await readPage();
	response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy }).end(html);
}

function sendJson(response: ServerResponse, value: object): void {
	response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(`${JSON.stringify(value)}\n`);
}

const reasons: Readonly<Record<number, string>> = {
	400: "this cannot be read",
	401: "the token is missing or wrong: open the address that downspout printed",
	403: "this host is not served here",
	404: "there is nothing here",
	405: "not with this method",
	409: "the run has ended, or has not begun",
	413: "too long",
};

function refuse(response: ServerResponse, status: number): void {
	response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${reasons[status]}\n`);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
	let body = "";
	request.setEncoding("utf8");
	for await (const chunk of request) {
		body += chunk;
		if (body.length > mostBodyBytes) return undefined;
	}
	return body;
}
