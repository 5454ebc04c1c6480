/** One HTTP request and its answer: nothing is told after `abort`, and nothing twice. */
import type { Failure } from "../core/failure.ts";
import type { OriginPool } from "./origin-pool.ts";
import type { ResponseHead } from "./response-head.ts";

/** What becomes of the answer; `subject` is what the request was sent for. */
export type ExchangeListener<T> = {
	onHead(subject: T, head: ResponseHead): void;
	/** @param bytes - Valid only during the call. */
	onData(subject: T, bytes: Buffer, start: number, end: number): void;
	onEnd(subject: T): void;
	onFailure(subject: T, failure: Failure): void;
};

/** What brings the answer: a connection, or a stream of one that has many. */
export type Carrier = {
	/** Ends it at once; the exchange hears nothing of it. */
	destroy(): void;
	/** Stop and start the reading of the answer. */
	pause(): void;
	resume(): void;
};

/** What is sent: the whole head, as text of one byte a character. */
export type HttpRequest = { readonly method: string; readonly head: string };

/** Counts the bytes of an answer, and holds them back, where there are rates. */
export type Meter = {
	took(bytes: number): void;
	end(): void;
};

/** A class: there is one for each small file, and V8 knows its shape. */
export class Exchange<T = unknown> {
	readonly request: HttpRequest;
	readonly pool: OriginPool;
	/** Set while the request is on its way or answered. */
	connection: Carrier | undefined = undefined;
	/** Whether the request has left: until then the connect timeout rules, then the idle timeout. */
	connected = false;
	/** Whether the response head is here. */
	answered = false;
	/** When the request left, in milliseconds of `performance.now()`. */
	sentMs = 0;
	/** From then to the final response head. */
	firstByteMs: number | undefined = undefined;
	/** Turns of the idle watch since the last byte of the body, the head, or the request. */
	idleTurns = 0;
	/** Whether the request was lost once on a connection that had been kept. */
	wasLost = false;
	/** How often a server refused it before it had said how many requests it takes at once. */
	earlyRefusals = 0;
	/** Whether it waits for a server that has said that it takes no request at all. */
	isShutOut = false;
	/** Whether its body failed only because nothing tells whether it is whole. */
	mayBeWhole = false;
	/** Whether the server said, in its protocol's own way, that it was asked too much. */
	wasRefused = false;
	isOver = false;
	/** Present where there are rates. */
	meter: Meter | undefined = undefined;
	/** Whether a rate holds it back: the server is not to blame for that time. */
	isHeld = false;
	#isPaused = false;
	readonly #subject: T;
	readonly #listener: ExchangeListener<T>;

	constructor(
		pool: OriginPool,
		request: HttpRequest,
		answer: { readonly subject: T; readonly listener: ExchangeListener<T> },
	) {
		this.pool = pool;
		this.request = request;
		this.#subject = answer.subject;
		this.#listener = answer.listener;
	}

	/** Ends the exchange at once; the listener hears no more. */
	abort(): void {
		if (this.isOver) return;
		this.isOver = true;
		this.meter?.end();
		if (this.connection) this.connection.destroy();
		else this.pool.giveUp(this);
	}

	/** Stops and starts the reading of the answer. */
	pause(): void {
		this.#isPaused = true;
		this.connection?.pause();
	}

	resume(): void {
		this.#isPaused = false;
		if (!this.isHeld) this.connection?.resume();
	}

	/** The same for rates: it is read on when neither holds it back. */
	hold(): void {
		this.isHeld = true;
		this.connection?.pause();
	}

	release(): void {
		this.isHeld = false;
		if (!this.#isPaused) this.connection?.resume();
	}

	/** @returns Whether the body is wanted. */
	tellHead(head: ResponseHead): boolean {
		this.answered = true;
		this.firstByteMs = performance.now() - this.sentMs;
		this.idleTurns = 0;
		this.#listener.onHead(this.#subject, head);
		return !this.isOver;
	}

	tellData(bytes: Buffer, start: number, end: number): boolean {
		this.idleTurns = 0;
		this.#listener.onData(this.#subject, bytes, start, end);
		if (this.meter && !this.isOver) this.meter.took(end - start);
		return !this.isOver;
	}

	tellEnd(): void {
		if (this.isOver) return;
		this.isOver = true;
		this.meter?.end();
		this.#listener.onEnd(this.#subject);
	}

	tellFailure(failure: Failure): void {
		if (this.isOver) return;
		this.isOver = true;
		this.meter?.end();
		this.#listener.onFailure(this.#subject, failure);
	}
}
