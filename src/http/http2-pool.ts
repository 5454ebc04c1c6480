/** The HTTP/2 sessions with one origin, and the requests that wait for room on one of them. */
import type { Socket } from "node:net";
import type { Failure } from "../core/failure.ts";
import type { Agent } from "./agent.ts";
import { isExhausted } from "./classify-network-error.ts";
import type { Connecting } from "./dial.ts";
import type { Exchange } from "./exchange.ts";
import { createHttp2Requests } from "./http2-request.ts";
import { createSession, type Session, type SessionOwner } from "./http2-session.ts";

/** Wait for descriptors before another connection is tried, in milliseconds. */
const reliefMs = 50;
/** As much as is on its way, on a line of 1 Gbit/s and 60 ms. */
const windowBytes = 8 * 1024 * 1024;
/** Streams of the first session before its server has said how many it allows (RFC 9113, 6.5.2, recommends at least 100 to it). */
const mostFirstStreams = 32;
/** The protocol's own: where a rate holds bytes back, they wait at the server. */
const leastWindowBytes = 65_535;

export type Http2Pool = {
	/** Whether sessions or requests are left. */
	readonly isUsed: boolean;
	/** Takes a connection that was made for it. */
	adopt(socket: Socket): void;
	/** Sends a request, at once or as soon as there is room. */
	send(exchange: Exchange): void;
	/** The answer is not wanted any more, and the request has not left yet. */
	giveUp(exchange: Exchange): void;
	/** Gives up what is being made. */
	close(): void;
};

export type Http2PoolOptions = {
	/** Such as `https://example.org:8443`. */
	readonly origin: string;
	/** What messages call who is at the other end. */
	readonly host: string;
	/** Most sessions: as many as requests are made at once, as each may take a single one. */
	readonly most: number;
	readonly agent: Pick<Agent, "idle" | "open" | "relieve" | "throttle" | "readBuffer">;
	/** Begins to connect. @returns Gives up. */
	readonly connect: (connecting: Connecting) => () => void;
	/** Neither sessions nor requests are left. */
	readonly onUnused: () => void;
};

export function createHttp2Pool(options: Http2PoolOptions): Http2Pool {
	const { origin, host, agent, onUnused } = options;
	const sessions: Session[] = [];
	const idle = new Set<Session>();
	/** Sessions that stand, those that take no more included. */
	let standing = 0;
	let waiting: Exchange[] = [];
	let abortOpening: (() => void) | undefined;
	let mostStreams = Number.POSITIVE_INFINITY;
	let firstStreams = mostFirstStreams;
	/** What its server said last: it may be so for a moment. */
	let takesNone = false;
	/** Fewer where the server does not let us have more. */
	let { most } = options;

	const sendOn = (session: Session, exchange: Exchange): void => {
		if (idle.delete(session)) agent.idle.remove(session);
		session.send(exchange);
	};
	const find = (): Session | undefined => sessions.find(({ room }) => room > 0);

	const owner: SessionOwner = {
		origin,
		host,
		windowBytes: agent.throttle ? Math.max(leastWindowBytes, 4 * agent.readBuffer.length) : windowBytes,
		readFields: createHttp2Requests(origin.startsWith("https:") ? "https" : "http"),
		firstStreams: () => firstStreams,
		// The next session of the same server will hardly allow more, nor less.
		onLimit(streams) {
			takesNone = streams === 0;
			for (const exchange of waiting) exchange.isShutOut = takesNone;
			firstStreams = Math.max(1, Math.min(mostFirstStreams, streams));
		},
		onRoom(session) {
			while (session.room > 0) {
				const next = waiting.shift();
				if (!next) break;
				sendOn(session, next);
			}
			if (session.isEmpty && session.room > 0 && !idle.has(session)) {
				idle.add(session);
				agent.idle.add(session);
			}
			openMore();
		},
		onClosing(session) {
			if (idle.delete(session)) agent.idle.remove(session);
			const at = sessions.indexOf(session);
			if (at >= 0) sessions.splice(at, 1);
			openMore();
		},
		onClose(session) {
			standing--;
			agent.open.delete(session);
			openMore();
			forgetIfUnused();
		},
		mostStreams: () => mostStreams,
		onUnreadable(streams) {
			// Half as many each time, until the answer that cannot be read is alone.
			mostStreams = streams > 1 ? Math.floor(streams / 2) : Number.POSITIVE_INFINITY;
		},
		sendAgain(exchange) {
			exchange.connection = undefined;
			exchange.connected = false;
			exchange.idleTurns = 0;
			exchange.isShutOut = takesNone;
			waiting.unshift(exchange);
			serve();
		},
	};

	function serve(): void {
		for (let session = find(); session && waiting.length > 0; session = find()) {
			const next = waiting.shift();
			if (next) sendOn(session, next);
		}
		openMore();
	}

	/** One after the other: how much room a session has is known when its server has said so. */
	function openMore(): void {
		if (waiting.length === 0 || abortOpening || sessions.length >= most) return;
		if (sessions.some(({ isSettled }) => !isSettled)) return;
		abortOpening = options.connect({
			onRead: () => false,
			onConnect(socket) {
				abortOpening = undefined;
				adopt(socket);
			},
			onError(failure, code) {
				abortOpening = undefined;
				onConnectFailure(failure, code);
			},
		});
	}

	function adopt(socket: Socket): void {
		const session = createSession(socket, owner);
		standing++;
		sessions.push(session);
		agent.open.add(session);
		owner.onRoom(session);
	}

	function onConnectFailure(failure: Failure, code: string): void {
		if (isExhausted(code) && agent.relieve()) {
			setTimeout(openMore, reliefMs).unref();
			return;
		}
		if (sessions.length > 0) {
			most = sessions.length;
			return;
		}
		const failed = waiting;
		waiting = [];
		for (const exchange of failed) exchange.tellFailure(failure);
		forgetIfUnused();
	}

	const isUsed = (): boolean => standing > 0 || waiting.length > 0 || abortOpening !== undefined;
	function forgetIfUnused(): void {
		if (!isUsed()) onUnused();
	}

	return {
		get isUsed() {
			return isUsed();
		},
		adopt,
		send(exchange) {
			const session = waiting.length === 0 ? find() : undefined;
			if (session) return sendOn(session, exchange);
			exchange.isShutOut = takesNone;
			waiting.push(exchange);
			openMore();
		},
		giveUp(exchange) {
			waiting = waiting.filter((one) => one !== exchange);
			if (waiting.length > 0) return;
			abortOpening?.();
			abortOpening = undefined;
			forgetIfUnused();
		},
		close() {
			waiting = [];
			abortOpening?.();
			abortOpening = undefined;
		},
	};
}
