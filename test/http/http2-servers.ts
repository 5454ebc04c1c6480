/** Servers of one test that speak HTTP/2: Node's own, and bare frames for what no server would send. */
import { once } from "node:events";
import { createSecureServer, createServer, type Http2Session, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { createCertificate } from "../../src/origin/certificate.ts";

export type Http2Served = {
	/** Without a slash at its end. */
	readonly url: string;
	/** The fields of all requests so far. */
	readonly requests: readonly Readonly<Record<string, unknown>>[];
	/** All sessions so far. */
	readonly sessions: readonly Http2Session[];
};

export type Http2Handler = (
	stream: ServerHttp2Stream,
	request: { readonly path: string; readonly fields: Readonly<Record<string, unknown>>; readonly nth: number },
) => void;

export type Http2Setting = {
	readonly secure?: boolean;
	/** Whether HTTP/1.1 is spoken as well. */
	readonly both?: boolean;
	readonly maxConcurrentStreams?: number;
};

export async function serveHttp2(
	context: TestContext,
	handler: Http2Handler,
	{ secure = false, both = false, maxConcurrentStreams }: Http2Setting = {},
): Promise<Http2Served> {
	const requests: Record<string, unknown>[] = [];
	const sessions: Http2Session[] = [];
	const settings = maxConcurrentStreams === undefined ? {} : { maxConcurrentStreams };
	const { certificate: cert, key } = secure ? await createCertificate(["127.0.0.1", "localhost"]) : pair;
	const server = secure ? createSecureServer({ cert, key, allowHTTP1: both, settings }) : createServer({ settings });
	server.on("session", (session: Http2Session) => {
		session.on("error", () => undefined);
		sessions.push(session);
	});
	server.on("stream", (stream: ServerHttp2Stream, fields) => {
		stream.on("error", () => undefined);
		requests.push(fields);
		handler(stream, { path: String(fields[":path"]), fields, nth: requests.length - 1 });
	});
	if (both) {
		server.on("request", (request, response) => {
			if (request.httpVersionMajor === 1) response.end("HTTP/1.1");
		});
	}
	const port = await listen(context, server);
	return { url: `http${secure ? "s" : ""}://127.0.0.1:${port}`, requests, sessions };
}

const pair = { certificate: "", key: "" };

/** What a server of bare frames does with a connection. */
export type FrameHandler = (peer: {
	readonly socket: Socket;
	/** A stream was opened by a request, whose packed head has so many bytes. */
	onRequest(listener: (stream: number, bytes: number) => void): void;
}) => void;

/** Without TLS. Sends nothing of its own, not even settings. */
export async function serveFrames(
	context: TestContext,
	handler: FrameHandler,
): Promise<{ readonly url: string; readonly connections: () => number }> {
	let connections = 0;
	const server = createNetServer((socket) => {
		connections++;
		let listener: (stream: number, bytes: number) => void = () => undefined;
		socket.on("error", () => socket.destroy());
		readFrames(socket, (type, stream, bytes) => {
			if (type === frameTypes.headers) listener(stream, bytes);
		});
		handler({
			socket,
			onRequest(next) {
				listener = next;
			},
		});
	});
	return { url: `http://127.0.0.1:${await listen(context, server)}`, connections: () => connections };
}

const frameTypes = { data: 0, headers: 1, reset: 3, settings: 4, goaway: 7 } as const;
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

function readFrames(socket: Socket, onFrame: (type: number, stream: number, bytes: number) => void): void {
	let kept: Buffer = Buffer.alloc(0);
	let at = -1;
	socket.on("data", (data: Buffer) => {
		kept = Buffer.concat([kept, data]);
		if (at < 0 && kept.length >= preface.length) at = preface.length;
		while (at >= 0 && kept.length >= at + 9) {
			const end = at + 9 + kept.readUIntBE(at, 3);
			if (kept.length < end) return;
			onFrame(kept.readUInt8(at + 3), kept.readUInt32BE(at + 5), kept.readUIntBE(at, 3));
			at = end;
		}
	});
}

type Frame = { readonly flags?: number; readonly stream?: number; readonly body?: Buffer; readonly length?: number };

function frame(type: number, { flags = 0, stream = 0, body = Buffer.alloc(0), length = body.length }: Frame): Buffer {
	const head = Buffer.alloc(9);
	head.writeUIntBE(length, 0, 3);
	head.writeUInt8(type, 3);
	head.writeUInt8(flags, 4);
	head.writeUInt32BE(stream, 5);
	return Buffer.concat([head, body]);
}

/** Frames as bytes (RFC 9113, 6). */
export const frames = {
	settings: (pairs: readonly (readonly [id: number, value: number])[] = []): Buffer => {
		const body = Buffer.alloc(6 * pairs.length);
		pairs.forEach(([id, value], at) => {
			body.writeUInt16BE(id, 6 * at);
			body.writeUInt32BE(value, 6 * at + 2);
		});
		return frame(frameTypes.settings, { body });
	},
	/** A head of status 200 with these fields; whole unless `flags` says otherwise. */
	headers: (
		stream: number,
		fields: readonly (readonly [string, string])[] = [],
		{ ends = false, isWhole = true }: { readonly ends?: boolean; readonly isWhole?: boolean } = {},
	): Buffer => {
		const body = Buffer.concat([Buffer.from([0x88]), ...fields.map(([name, value]) => literal(name, value))]);
		return frame(frameTypes.headers, { stream, body, flags: (ends ? 1 : 0) | (isWhole ? 4 : 0) });
	},
	/** A head of these bytes. */
	block: (stream: number, body: Buffer): Buffer => frame(frameTypes.headers, { stream, body, flags: 4 }),
	continuation: (stream: number, body: Buffer, ends: boolean): Buffer =>
		frame(9, { stream, body, flags: ends ? 4 : 0 }),
	data: (stream: number, text: string, ends: boolean): Buffer =>
		frame(frameTypes.data, { stream, body: Buffer.from(text), flags: ends ? 1 : 0 }),
	reset: (stream: number, code: number): Buffer => frame(frameTypes.reset, { stream, body: number32(code) }),
	goaway: (lastStream: number, code: number): Buffer =>
		frame(frameTypes.goaway, { body: Buffer.concat([number32(lastStream), number32(code)]) }),
	/** A frame that says that it is so long. */
	long: (type: number, length: number): Buffer => frame(type, { stream: 1, length }),
};

/** A field that is in no table and stays out of it (RFC 7541, 6.2.2). */
function literal(name: string, value: string): Buffer {
	return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

function text(value: string): Buffer {
	return Buffer.concat([hpackNumber(value.length), Buffer.from(value, "latin1")]);
}

/** With a prefix of 7 bits (RFC 7541, 5.1). */
export function hpackNumber(value: number): Buffer {
	if (value < 127) return Buffer.from([value]);
	const bytes = [127];
	let rest = value - 127;
	for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
	return Buffer.from([...bytes, rest]);
}

function number32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}

async function listen(
	context: TestContext,
	server: Pick<Server, "on" | "listen" | "address" | "close"> & NodeJS.EventEmitter,
): Promise<number> {
	const sockets = new Set<Socket>();
	server.on("connection", (socket: Socket) => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const address: AddressInfo | string | null = server.address();
	if (address === null || typeof address === "string") throw new TypeError("not listening on a port");
	return address.port;
}
