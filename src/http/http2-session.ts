/** One connection of HTTP/2: as many exchanges at once as its server allows. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import type { Socket } from "node:net";
import type { Exchange } from "./exchange.ts";
import {
	enhanceYourCalm,
	isUnreadable,
	isUnspoken,
	refusedStream,
	sessionFailure,
	streamFailure,
} from "./http2-failures.ts";
import type { Http2Fields } from "./http2-request.ts";
import { type BrokenEnd, Http2Stream, type StreamOwner } from "./http2-stream.ts";
import type { Idle } from "./idle-list.ts";

/** Early refusals of one exchange that cost it no attempt: a server that has said once how many it takes hardly refuses more. */
const mostEarlyRefusals = 5;
const sessionWindowBytes = 64 * 1024 * 1024;
/** More than we take of a head: what the engine refuses looks as if the server had refused the request. */
const mostHeaderBytes = 1024 * 1024;
const mostFields = 16_384;
/** A session that was silent for so long when an exchange was given up is not used again. */
const deadMs = 5000;

export type Session = Idle & {
	/** Streams that it takes now. */
	readonly room: number;
	readonly isEmpty: boolean;
	/** Whether the server has said how many streams it allows. */
	readonly isSettled: boolean;
	send(exchange: Exchange): void;
};

export type SessionOwner = {
	/** What messages call who is at the other end. */
	readonly host: string;
	readonly origin: string;
	/** What one stream may send before any of it is read. */
	readonly windowBytes: number;
	readonly readFields: (head: string) => Http2Fields;
	/** Streams of a session before its server has said how many it allows. */
	firstStreams(): number;
	/** It has said so. */
	onLimit(streams: number): void;
	/** It has room that it did not have. */
	onRoom(session: Session): void;
	/** It takes no more streams; those that it has go on. */
	onClosing(session: Session): void;
	onClose(session: Session): void;
	/** Most streams that a session of ours may have now, whatever its server allows. */
	mostStreams(): number;
	/** A session broke because of what one of so many answers was, or one of the requests. */
	onUnreadable(streams: number): void;
	/** The exchange is to be sent again, on a session that takes it. */
	sendAgain(exchange: Exchange): void;
};

/** @param socket - Connected, and agreed upon TLS where it has that; nothing has been read from it. */
export function createSession(socket: Socket, owner: SessionOwner): Session {
	const engine = begin(socket, owner);
	/** Exchanges that it has. */
	let active = 0;
	let limit = owner.firstStreams();
	let lastStream: ClientHttp2Stream | undefined;
	/** The last stream that was sent before the server said how many it allows; undefined until it has. */
	let settledAtId: number | undefined;
	let isClosing = false;
	let isClosed = false;
	/** Whether any answer has come. */
	let hasAnswered = false;
	let heardMs = performance.now();
	/** Exchanges that were under way when it broke because one of the two did not understand the other. */
	let unreadable: number | undefined;
	/** Of the server's GOAWAY: its code, and the last stream that it may have looked at. */
	let goaway: { readonly code: number; readonly lastId: number } | undefined;

	const beginClosing = (): void => {
		if (isClosing) return;
		isClosing = true;
		owner.onClosing(session);
	};
	const close = (): void => {
		if (isClosed) return;
		isClosed = true;
		beginClosing();
		owner.onClose(session);
	};

	const breakAmong = (streams: number): void => {
		unreadable = streams;
		owner.onUnreadable(streams);
	};

	/** Whether the request goes again at once: it is certain or likely that the server has not looked at it. */
	const goesAgain = (exchange: Exchange, { code, id }: BrokenEnd): boolean => {
		if (exchange.answered) return false;
		// Which of the answers could not be read, or of the requests, shows when fewer are asked for at once.
		if (unreadable !== undefined && unreadable > 1) return true;
		// How many are too many was not known yet. A server that takes none at all, on one session after the other, refuses.
		const isEarly = code === refusedStream && !goaway && id !== undefined && id <= (settledAtId ?? 0);
		if (isEarly && ++exchange.earlyRefusals <= mostEarlyRefusals) return true;
		const wasPassedOver = id === undefined || (goaway !== undefined && id > goaway.lastId);
		// That ends by itself: each session that answered somebody was a step forward.
		if (wasPassedOver && hasAnswered) return true;
		const mayBeUnseen = wasPassedOver || (engine.destroyed && hasAnswered);
		if (!mayBeUnseen || exchange.wasLost) return false;
		exchange.wasLost = true;
		return true;
	};

	const streamOwner: StreamOwner = {
		host: owner.host,
		hear() {
			hasAnswered = true;
			heardMs = performance.now();
		},
		release(isGivenUp) {
			active--;
			if (isGivenUp && performance.now() - heardMs > deadMs) beginClosing();
			if (!isClosing) owner.onRoom(session);
			else if (active === 0) engine.destroy();
		},
		onBroken(exchange, end) {
			const { host } = owner;
			const { answered } = exchange;
			if (unreadable === undefined && isUnreadable(end.error)) breakAmong(active + 1);
			if (goesAgain(exchange, end)) return owner.sendAgain(exchange);
			const code = goaway?.code ?? 0;
			const isOfSession = engine.destroyed && end.code !== refusedStream;
			const toldCode = isOfSession ? code : end.code;
			exchange.wasRefused = !answered && (toldCode === enhanceYourCalm || toldCode === refusedStream);
			exchange.tellFailure(
				isOfSession
					? sessionFailure(host, { error: end.error, code, answered, wasAlone: unreadable === 1 })
					: streamFailure(host, end.code, { answered, isShort: end.isShort }),
			);
		},
	};

	engine.on("remoteSettings", ({ maxConcurrentStreams }) => {
		settledAtId ??= lastStream?.id ?? 0;
		limit = maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
		owner.onLimit(limit);
		if (session.room > 0) owner.onRoom(session);
	});
	engine.on("goaway", (code, lastId) => {
		goaway = { code, lastId };
		if (unreadable === undefined && isUnspoken(code) && active > 0) breakAmong(active);
		beginClosing();
	});
	engine.on("error", beginClosing);
	engine.on("close", close);

	const session: Session = {
		olderIdle: undefined,
		newerIdle: undefined,
		idleSinceMs: 0,
		get room() {
			return isClosing || engine.closed || engine.destroyed
				? 0
				: Math.max(0, Math.min(limit, owner.mostStreams()) - active);
		},
		get isEmpty() {
			return active === 0;
		},
		get isSettled() {
			return settledAtId !== undefined;
		},
		send(exchange) {
			exchange.connected = true;
			exchange.sentMs = performance.now();
			exchange.idleTurns = 0;
			if (active === 0) heardMs = exchange.sentMs;
			active++;
			lastStream = engine.request(owner.readFields(exchange.request.head));
			exchange.connection = new Http2Stream(streamOwner, exchange, lastStream);
		},
		destroy() {
			beginClosing();
			engine.destroy();
			// The engine waits until what it has written is taken.
			socket.destroy();
			close();
		},
	};
	return session;
}

function begin(socket: Socket, { origin, windowBytes }: SessionOwner): ClientHttp2Session {
	const engine = connect(origin, {
		createConnection: () => socket,
		settings: { enablePush: false, initialWindowSize: windowBytes, maxHeaderListSize: mostHeaderBytes },
		maxHeaderListPairs: mostFields,
	});
	engine.once("connect", () => {
		if (!engine.destroyed) engine.setLocalWindowSize(sessionWindowBytes);
	});
	return engine;
}
