/** Hands each connection to the protocol that it speaks: HTTP/1.1 or HTTP/2, with TLS or without. */
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import type { Socket } from "node:net";
import type { Certificate } from "./certificate.ts";
import type { Respond } from "./exchange.ts";
import { sniffHttp2 } from "./sniff-http2.ts";
import { createSocketIndex, type SocketIndex } from "./socket-index.ts";

export type ConnectionOptions = {
	readonly http2: boolean;
	/** Present where it speaks TLS. */
	readonly certificate: Certificate | undefined;
	readonly respond: Respond;
};

/** Takes over a connection that was just accepted. */
export type ConnectionHandler = (socket: Socket) => void;

const keepAliveTimeoutMs = 65_000;

/** The servers behind it never listen: connections are given to them, so that one port can speak several protocols. */
export function createConnectionHandler(options: ConnectionOptions): ConnectionHandler {
	return options.certificate ? secureHandler(options, options.certificate) : plainHandler(options);
}

function secureHandler({ http2: speaksHttp2, respond }: ConnectionOptions, pem: Certificate): ConnectionHandler {
	const sockets = createSocketIndex();
	const identity = { cert: pem.certificate, key: pem.key };
	const server = speaksHttp2
		? http2.createSecureServer({ ...identity, allowHTTP1: true }, (request, response) => {
				// Clients that choose HTTP/1.1 get the objects of node:http here, whatever the types say.
				if (request.httpVersionMajor === 2) answerHttp2(respond, request, response);
			})
		: https.createServer({ ...identity, keepAliveTimeout: keepAliveTimeoutMs });
	server.on("request", (request: http.IncomingMessage, response: http.ServerResponse) => {
		if (request.httpVersionMajor === 1) answerHttp1({ respond, sockets }, request, response);
	});
	return (socket) => {
		sockets.add(socket);
		server.emit("connection", socket);
	};
}

function plainHandler({ http2: speaksHttp2, respond }: ConnectionOptions): ConnectionHandler {
	const sockets: SocketIndex = { add: () => {}, find: (socket) => socket };
	const plain = http.createServer({ keepAliveTimeout: keepAliveTimeoutMs }, (request, response) =>
		answerHttp1({ respond, sockets }, request, response),
	);
	if (!speaksHttp2) return (socket) => plain.emit("connection", socket);
	const prior = http2.createServer((request, response) => answerHttp2(respond, request, response));
	return (socket) => sniffHttp2(socket, (isHttp2) => (isHttp2 ? prior : plain).emit("connection", socket));
}

type Http1Means = { readonly respond: Respond; readonly sockets: SocketIndex };

function answerHttp1(
	{ respond, sockets }: Http1Means,
	request: http.IncomingMessage,
	response: http.ServerResponse,
): void {
	const { socket } = request;
	const reset = (): void => void sockets.find(socket)?.resetAndDestroy();
	respond({ request, response, connection: socket, reset, close: () => void socket.end() });
}

function answerHttp2(respond: Respond, request: http2.Http2ServerRequest, response: http2.Http2ServerResponse): void {
	const { stream } = request;
	const reset = (): void => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
	const close = (): void => stream.close(http2.constants.NGHTTP2_NO_ERROR);
	respond({ request, response, connection: stream.session ?? stream, reset, close });
}
