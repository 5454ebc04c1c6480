/** Connections to an S3 store, kept and used again: a request with its body goes out, and its answer comes back as text. */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ResponseHead } from "../http/response-head.ts";
import { ResponseReader } from "../http/response-reader.ts";
import { type FilePart, sendFile } from "./s3-send-file.ts";

export type WireRequest = {
	readonly method: string;
	/** Request line and fields, with the blank line behind them. */
	readonly head: string;
	readonly body: Buffer | FilePart | undefined;
};

export type WireAnswer = {
	readonly status: number;
	/** Status line and fields. */
	readonly head: string;
	/** The first of the body. */
	readonly text: string;
};

export type Wire = {
	/** @throws {Error} there was no answer, or the signal came first. */
	ask(request: WireRequest, signal: AbortSignal): Promise<WireAnswer>;
	close(): void;
};

export type WireOptions = {
	readonly isSecure: boolean;
	readonly hostname: string;
	readonly port: number;
	/** Most connections at once. */
	readonly connections: number;
};

const connectMs = 10_000;
const silentMs = 60_000;
/** Longest body of an answer that is kept, in bytes. */
const mostText = 16_384;

type Exchange = {
	readonly request: WireRequest;
	readonly resolve: (answer: WireAnswer) => void;
	readonly reject: (error: Error) => void;
	isSent: boolean;
	/** Ends the connection that it is on. */
	drop: ((error: Error) => void) | undefined;
};

type Line = { readonly socket: Socket; begin(exchange: Exchange): void };

export function createWire(options: WireOptions): Wire {
	const lines = new Set<Line>();
	const idle: Line[] = [];
	const waiting: Exchange[] = [];

	const dispatch = (exchange: Exchange): void => {
		const line = idle.pop();
		if (line) return line.begin(exchange);
		if (lines.size >= options.connections) return void waiting.push(exchange);
		const fresh = openLine(options, {
			onFree(one) {
				const next = waiting.shift();
				if (next) return one.begin(next);
				// What nobody waits for keeps no process alive.
				one.socket.unref();
				idle.push(one);
			},
			onGone(one) {
				lines.delete(one);
				const at = idle.indexOf(one);
				if (at >= 0) idle.splice(at, 1);
				const next = waiting.shift();
				if (next) dispatch(next);
			},
		});
		lines.add(fresh);
		fresh.begin(exchange);
	};
	return {
		ask: (request, signal) =>
			new Promise((resolve, reject) => {
				if (signal.aborted) return reject(stopped());
				let stop = (): void => {};
				const onAbort = (): void => stop();
				const settle = (act: () => void): void => {
					signal.removeEventListener("abort", onAbort);
					act();
				};
				const exchange: Exchange = {
					request,
					isSent: false,
					drop: undefined,
					resolve: (answer) => settle(() => resolve(answer)),
					reject: (error) => settle(() => reject(error)),
				};
				stop = () => {
					const at = waiting.indexOf(exchange);
					if (at >= 0) waiting.splice(at, 1);
					// What is on its way must not arrive later.
					exchange.drop?.(stopped());
					exchange.reject(stopped());
				};
				signal.addEventListener("abort", onAbort, { once: true });
				dispatch(exchange);
			}),
		close() {
			for (const { socket } of [...lines]) socket.destroy();
		},
	};
}

type LineEvents = { readonly onFree: (line: Line) => void; readonly onGone: (line: Line) => void };

function openLine({ isSecure, hostname, port }: WireOptions, { onFree, onGone }: LineEvents): Line {
	const socket = isSecure
		? connectTls({ host: hostname, port, servername: hostname, ALPNProtocols: ["http/1.1"] })
		: connect({ host: hostname, port });
	const reader = new ResponseReader();
	let current: Exchange | undefined;
	let head: ResponseHead | undefined;
	let text = "";
	const sink = {
		onHead(one: ResponseHead): boolean {
			head = one;
			return true;
		},
		onBody(bytes: Buffer, start: number, end: number): boolean {
			if (text.length < mostText) text += bytes.toString("latin1", start, end);
			return true;
		},
	};
	const fail = (error: Error): void => {
		const failed = current;
		current = undefined;
		socket.destroy();
		failed?.reject(error);
	};
	const finish = (isKept: boolean): void => {
		const ended = current;
		current = undefined;
		if (ended) ended.drop = undefined;
		// One that answers early does not want the rest.
		if (isKept && ended?.isSent) onFree(line);
		else socket.destroy();
		if (head) ended?.resolve({ status: head.status, head: head.text, text });
		else ended?.reject(new Error("an answer without a head"));
	};
	const line: Line = {
		socket,
		begin(exchange) {
			current = exchange;
			exchange.drop = fail;
			head = undefined;
			text = "";
			reader.begin(exchange.request.method);
			socket.ref();
			send(socket, exchange).catch(fail);
		},
	};
	socket.setNoDelay(true);
	socket.setTimeout(connectMs);
	socket.once(isSecure ? "secureConnect" : "connect", () => void socket.setTimeout(silentMs));
	socket.on("timeout", () =>
		fail(Object.assign(new Error("the store was silent for too long"), { code: "ETIMEDOUT" })),
	);
	socket.on("error", fail);
	socket.on("data", (bytes: Buffer) => {
		// Nobody has asked for it: it must not be taken for the next answer.
		if (!current) return void socket.destroy();
		const used = reader.read(bytes, 0, bytes.length, sink);
		if (reader.problem !== "") fail(new Error(`the store did not answer in valid HTTP: ${reader.problem}`));
		else if (reader.isOver) finish(used === bytes.length && reader.keepsConnection);
	});
	socket.on("end", () => {
		if (current && head && reader.endOfInput() === "complete") finish(false);
		else fail(lost());
	});
	socket.on("close", () => {
		fail(lost());
		onGone(line);
	});
	return line;
}

/** Named as the SDK names it. */
function stopped(): Error {
	return Object.assign(new Error("stopped"), { name: "AbortError" });
}

function lost(): Error {
	return Object.assign(new Error("the store closed the connection"), { code: "ECONNRESET" });
}

async function send(socket: Socket, exchange: Exchange): Promise<void> {
	const { head, body } = exchange.request;
	if (body !== undefined && !Buffer.isBuffer(body)) {
		socket.write(head, "latin1");
		await sendFile(socket, body);
	} else {
		socket.cork();
		socket.write(head, "latin1");
		if (body && body.length > 0) socket.write(body);
		socket.uncork();
	}
	exchange.isSent = true;
}
