/** The connections to one origin, and the requests that wait for one of them. */
import type { Socket } from "node:net";
import { createBag } from "../core/bag.ts";
import type { Failure } from "../core/failure.ts";
import type { ProxyServer } from "../core/proxy.ts";
import type { PoolAgent } from "./agent.ts";
import { isExhausted } from "./classify-network-error.ts";
import { Connection } from "./connection.ts";
import { type Target, targetOf } from "./connector.ts";
import type { Opening } from "./dial.ts";
import type { Exchange } from "./exchange.ts";
import { notLoaded } from "./http2-choice.ts";
import { connectHttp2, speaksNothingOffered } from "./http2-connect.ts";
import type { Http2Pool } from "./http2-pool.ts";
import { createHttp2Try, type Http2Try, type TryHost } from "./http2-try.ts";
import { type ProxyForm, peerOf, proxyForm } from "./proxied.ts";

/** Wait for descriptors before another connection is tried, in milliseconds. */
const reliefMs = 50;

/** A class: its calls are those of each small file. */
export class OriginPool {
	/** What messages call who is at the other end. */
	readonly host: string;
	readonly origin: string;
	readonly proxy: ProxyServer | undefined;
	/** How requests must look for a proxy; undefined where they look as always. */
	readonly form: ProxyForm | undefined;
	readonly #target: Target;
	readonly #agent: PoolAgent;
	/** Most connections at once. */
	readonly #most: number;
	/** The one that was used last is the next: the others may be closed when they are not needed. */
	readonly #idle: Connection[] = [];
	readonly #openings = createBag<Opening>();
	#waiting: Exchange[] = [];
	/** Connections that stand, the resting ones among them. */
	#open = 0;
	#resting = 0;
	/** Where it is spoken: it has all requests then. */
	#http2: Http2Pool | undefined = undefined;
	/** It is being loaded or tried: no more connections are made meanwhile. */
	#isTurning = false;
	#isClosed = false;
	#try: Http2Try | undefined = undefined;

	constructor(origin: string, agent: PoolAgent, most: number) {
		this.origin = origin;
		this.#agent = agent;
		this.#most = most;
		this.proxy = agent.proxyOf?.(origin);
		this.#target = targetOf(origin, this.proxy);
		this.host = peerOf(this.#target.host, this.proxy, this.#target.isSecure);
		this.form = proxyForm(this.proxy, origin);
		if (!this.form && agent.http2.isFor(origin)) this.#turn();
	}

	/** The proxy wants to be asked for a tunnel: the origin's next requests get another pool. */
	tunnel(): void {
		this.#agent.tunnel(this);
	}

	/** Whether an origin that has not been asked in HTTP/2 may be. */
	get mayTurn(): boolean {
		return !this.form && this.#agent.http2.mode === "auto";
	}

	/** Sends a request, at once or as soon as a rate and a connection let it. */
	send(exchange: Exchange): void {
		const { throttle } = this.#agent;
		if (throttle) throttle.admit(exchange);
		else this.sendNow(exchange);
	}

	sendNow(exchange: Exchange): void {
		if (this.#http2) return this.#http2.send(exchange);
		const connection = this.#idle.pop();
		if (connection) {
			this.#agent.idle.remove(connection);
			connection.place = "busy";
			return connection.send(exchange);
		}
		this.#waiting.push(exchange);
		this.#openMore();
	}

	/** Sends a request that was lost on a kept connection, on a new one. */
	sendAnew(exchange: Exchange): void {
		if (this.#http2) this.#http2.send(exchange);
		else if (this.#isTurning) this.#waiting.push(exchange);
		else this.#openOne(exchange, true);
	}

	/** Bodies of the origin end with their connections alone, over TLS: the next ones tell how that ended. */
	watchEnd(exchange: Exchange): void {
		this.#agent.connector.watchEnd(this.#target);
		this.sendAnew(exchange);
	}

	/** The origin speaks HTTP/2 alone: all requests go that way from now on, this one that it did not understand included. */
	turnToHttp2(exchange: Exchange): void {
		this.#agent.http2.note(this.origin);
		if (!this.#http2 && !this.#isTurning) this.#turn();
		this.sendAnew(exchange);
	}

	/** The answer is not wanted any more, and the request has not left yet. */
	giveUp(exchange: Exchange): void {
		if (this.#http2) return this.#http2.giveUp(exchange);
		this.#waiting = this.#waiting.filter((one) => one !== exchange);
		const openings = [...this.#openings];
		const surplus = openings.length > this.#waiting.length ? openings.find((one) => !one.isForHimAlone) : undefined;
		const opening = openings.find(({ askedBy }) => askedBy === exchange) ?? surplus;
		if (opening) {
			// It would go on until it fails, and take the place of one that is wanted.
			this.#openings.delete(opening);
			opening.abort();
		}
		this.#openMore();
		this.#forgetIfUnused();
	}

	/** An answer is over: its connection rests for a moment, and then serves the next request. */
	giveBack(connection: Connection): void {
		connection.place = "resting";
		this.#resting++;
		this.#agent.rest(connection);
	}

	/** Nothing came of a connection while it rested. */
	endRest(connection: Connection): void {
		this.#resting--;
		if (!this.#try?.wantsRoom) return this.#serveNext(connection);
		this.#try.begin();
		connection.place = "busy";
		connection.destroy();
	}

	/** A connection is closed. */
	remove(connection: Connection): void {
		this.#open--;
		this.#agent.open.delete(connection);
		if (connection.place === "resting") this.#resting--;
		if (connection.place === "idle") {
			this.#agent.idle.remove(connection);
			this.#idle.splice(this.#idle.indexOf(connection), 1);
		}
		if (this.#try?.wantsRoom && this.#open === 0) this.#try.begin();
		this.#openMore();
		this.#forgetIfUnused();
	}

	/** Gives up what is being made. */
	close(): void {
		this.#isClosed = true;
		this.#waiting = [];
		for (const { abort } of [...this.#openings]) abort();
		this.#openings.clear();
		this.#http2?.close();
		this.#try?.close();
	}

	/** @param socket - Of a connection that it is spoken over already. */
	#turn(socket?: Socket): void {
		this.#isTurning = true;
		this.#abortOpenings();
		const agent = this.#agent;
		const { connector, http2 } = agent;
		const begin = ({ createHttp2Pool }: Awaited<ReturnType<typeof http2.load>>): void => {
			if (this.#isClosed) return void socket?.destroy();
			const pool = createHttp2Pool({
				origin: this.origin,
				host: this.host,
				most: this.#most,
				agent,
				connect: (connecting) => connectHttp2({ connector, mode: http2.mode }, this.#target, connecting),
				onUnused: () => this.#forgetIfUnused(),
			});
			this.#http2 = pool;
			this.#isTurning = false;
			if (socket) pool.adopt(socket);
			for (const exchange of this.#waiting.splice(0)) pool.send(exchange);
			this.#forgetIfUnused();
		};
		http2.load().then(begin, (error: unknown) => {
			socket?.destroy();
			this.#isTurning = false;
			for (const exchange of this.#waiting.splice(0)) exchange.tellFailure(notLoaded(error));
			this.#forgetIfUnused();
		});
	}

	#abortOpenings(): void {
		const openings = [...this.#openings];
		this.#openings.clear();
		for (const { abort, askedBy, isForHimAlone } of openings) {
			abort();
			if (askedBy && isForHimAlone) this.#waiting.push(askedBy);
		}
	}

	#tryHost(): TryHost {
		const { connector, http2 } = this.#agent;
		return {
			open: () => this.#open,
			openings: () => this.#openings.size,
			connect: (connecting) => connectHttp2({ connector, mode: "always" }, this.#target, connecting),
			stop: () => {
				this.#isTurning = true;
				this.#abortOpenings();
			},
			goOn: () => {
				this.#isTurning = false;
				this.#openMore();
				this.#forgetIfUnused();
			},
			turn: (socket) => {
				http2.note(this.origin);
				this.#turn(socket);
			},
		};
	}

	#serveNext(connection: Connection): void {
		const next = this.#waiting.shift();
		if (next) {
			connection.place = "busy";
			return connection.send(next);
		}
		connection.place = "idle";
		this.#idle.push(connection);
		this.#agent.idle.add(connection);
	}

	#openMore(): void {
		if (this.#isTurning) return;
		// One that rests is free before another could be made.
		while (
			this.#waiting.length > this.#openings.size + this.#resting &&
			this.#open + this.#openings.size < this.#most
		) {
			this.#openOne(this.#waiting[this.#openings.size], false);
		}
	}

	#openOne(askedBy: Exchange | undefined, isForHimAlone: boolean): void {
		const connection = new Connection(this, this.#agent.readBuffer);
		const opening: Opening = { askedBy, isForHimAlone, abort: () => undefined };
		this.#openings.add(opening);
		opening.abort = this.#agent.connector.connect(this.#target, {
			onRead: (bytes) => connection.receive(bytes),
			onConnect: (socket) => {
				this.#openings.delete(opening);
				this.#open++;
				this.#agent.open.add(connection);
				connection.adopt(socket);
				this.#try?.stands();
				if (askedBy && isForHimAlone) connection.send(askedBy);
				else this.#serveNext(connection);
			},
			onError: (failure, code) => {
				this.#openings.delete(opening);
				this.#onConnectFailure(opening, failure, code);
			},
		});
	}

	#onConnectFailure({ askedBy, isForHimAlone }: Opening, failure: Failure, code: string): void {
		const alone = isForHimAlone ? askedBy : undefined;
		if (isExhausted(code) && this.#agent.relieve()) {
			const again = (): void => {
				if (!alone) this.#openMore();
				else if (!alone.isOver) this.#openOne(alone, true);
			};
			setTimeout(again, reliefMs).unref();
			return;
		}
		if (speaksNothingOffered(code) && this.mayTurn) {
			if (alone) this.#waiting.push(alone);
			this.#agent.http2.note(this.origin);
			return this.#turn();
		}
		if (!alone && this.mayTurn && this.#target.isSecure) {
			this.#try ??= createHttp2Try(this.#tryHost());
			if (this.#try.refuse(failure)) return;
		}
		const failed = alone ? [alone] : this.#waiting.splice(0, 1 + (this.#try?.takeWaiting() ?? 0));
		for (const exchange of failed) exchange.tellFailure(failure);
		this.#openMore();
		this.#forgetIfUnused();
	}

	#forgetIfUnused(): void {
		if (this.#isTurning || this.#http2?.isUsed) return;
		if (this.#open === 0 && this.#openings.size === 0 && this.#waiting.length === 0) this.#agent.forget(this);
	}
}
