/** One connection: sends a request, reads its answer, and says whether it serves another one. */
import type { Socket } from "node:net";
import { permanent, transient } from "../core/failure.ts";
import { brokenFailure, resetFailure } from "./classify-network-error.ts";
import type { Exchange } from "./exchange.ts";
import { beginsHttp2 } from "./http2-connect.ts";
import type { Idle } from "./idle-list.ts";
import type { OriginPool } from "./origin-pool.ts";
import type { ResponseHead } from "./response-head.ts";
import { type ReaderSink, ResponseReader } from "./response-reader.ts";
import { endOfTls } from "./tls-end.ts";

/** A class: its calls are those of each small file. */
export class Connection implements ReaderSink {
	readonly pool: OriginPool;
	/** Its neighbours among the idle ones of all origins: see IdleList. */
	olderIdle: Idle | undefined = undefined;
	newerIdle: Idle | undefined = undefined;
	idleSinceMs = 0;
	/** Where its pool has it. */
	place: "busy" | "resting" | "idle" = "busy";
	isOpen = true;
	readonly #readBuffer: Buffer;
	readonly #reader = new ResponseReader();
	#socket: Socket | undefined = undefined;
	#exchange: Exchange | undefined = undefined;
	/** Whether an answer was read before: the server may then have closed it since. */
	#wasKept = false;
	#hasBytes = false;
	#isPaused = false;
	/** Whether the body is whole only if TLS ends by itself, and not with the connection alone (RFC 9112, 9.8). */
	#needsEnd = false;

	constructor(pool: OriginPool, readBuffer: Buffer) {
		this.pool = pool;
		this.#readBuffer = readBuffer;
	}

	/** Takes the socket that was connected for it. */
	adopt(socket: Socket): void {
		this.#socket = socket;
		socket.on("error", (error) => this.#onError(error));
		socket.on("end", () => this.#onEnd());
		socket.on("close", () => this.#onError(closed));
	}

	send(exchange: Exchange): void {
		this.#exchange = exchange;
		this.#hasBytes = false;
		this.#needsEnd = false;
		exchange.connection = this;
		exchange.connected = true;
		exchange.sentMs = performance.now();
		exchange.idleTurns = 0;
		this.#reader.begin(exchange.request.method);
		this.#socket?.write(exchange.request.head, "latin1");
	}

	/** A read has put so many bytes into the memory that all connections share. @returns Whether to read on. */
	receive(bytes: number): boolean {
		const exchange = this.#exchange;
		// What nobody asked for must not be taken for the next answer.
		if (!exchange) {
			if (this.#socket) this.destroy();
			return false;
		}
		this.#hasBytes = true;
		const reader = this.#reader;
		const used = reader.read(this.#readBuffer, 0, bytes, this);
		if (this.#exchange !== exchange) return this.isOpen;
		if (reader.problem !== "") {
			if (!this.#wasKept && this.pool.mayTurn && beginsHttp2(this.#readBuffer, bytes)) return this.#turn(exchange);
			// More than an answer before had said: it tells nothing of this one.
			if (!reader.hasBegun && this.#wasKept && !exchange.wasLost) {
				this.#lose(exchange);
				return false;
			}
			this.destroy();
			exchange.tellFailure(permanent("protocol", `${this.pool.host} did not answer in valid HTTP: ${reader.problem}`));
			return false;
		}
		if (!reader.isOver) return true;
		this.#finish(exchange, used === bytes && reader.keepsConnection);
		return this.isOpen;
	}

	onHead(head: ResponseHead): boolean {
		const exchange = this.#exchange;
		if (!exchange) return false;
		const { status } = head;
		// So does a server close what was idle for too long.
		if (status === 408 && !this.#reader.keepsConnection && this.#wasKept && !exchange.wasLost) {
			this.#lose(exchange);
			return false;
		}
		this.#needsEnd =
			this.#reader.endsWithConnection && (status === 200 || status === 203) && this.pool.origin.startsWith("https:");
		if (this.#needsEnd && this.#socket && endOfTls(this.#socket) === undefined) return this.#watchEnd(exchange);
		return exchange.tellHead(head);
	}

	onBody(bytes: Buffer, start: number, end: number): boolean {
		return this.#exchange?.tellData(bytes, start, end) ?? false;
	}

	pause(): void {
		this.#isPaused = true;
		this.#socket?.pause();
	}

	resume(): void {
		this.#isPaused = false;
		this.#socket?.resume();
	}

	/** Closes it at once; an exchange that it has hears nothing of it. */
	destroy(): void {
		if (!this.isOpen) return;
		this.isOpen = false;
		this.#exchange = undefined;
		this.#socket?.destroy();
		this.pool.remove(this);
	}

	#finish(exchange: Exchange, keeps: boolean): void {
		this.#exchange = undefined;
		this.#wasKept = true;
		exchange.connection = undefined;
		// Whoever is next did not ask for it, and an idle connection must hear that it is closed.
		if (this.#isPaused) this.resume();
		if (keeps) this.pool.giveBack(this);
		else this.destroy();
		exchange.tellEnd();
	}

	/** Asks again over a connection whose end will be seen. */
	#watchEnd(exchange: Exchange): boolean {
		exchange.connection = undefined;
		exchange.connected = false;
		// Before this one goes, with which the pool might go too.
		this.pool.watchEnd(exchange);
		this.destroy();
		return false;
	}

	/** The server speaks HTTP/2 alone. */
	#turn(exchange: Exchange): boolean {
		exchange.connection = undefined;
		exchange.connected = false;
		// Before this one goes, with which the pool might go too.
		this.pool.turnToHttp2(exchange);
		this.destroy();
		return false;
	}

	#onEnd(): void {
		const exchange = this.#exchange;
		if (!exchange) return this.destroy();
		const { host } = this.pool;
		switch (this.#reader.endOfInput()) {
			case "complete":
				return this.#needsEnd ? this.#finishUnlessCut(exchange) : this.#finish(exchange, false);
			case "nothing":
				return this.#lose(exchange);
			case "within-head":
				this.destroy();
				return exchange.tellFailure(transient("reset", `${host} closed the connection within the response head`));
			case "within-body":
				this.destroy();
				exchange.tellFailure(transient("truncated", `${host} closed the connection before the body was complete`));
		}
	}

	#finishUnlessCut(exchange: Exchange): void {
		const end = this.#socket && endOfTls(this.#socket);
		if (end !== "unended" && end !== "torn") return this.#finish(exchange, false);
		this.destroy();
		exchange.mayBeWhole = end === "unended";
		const message = `${this.pool.host} closed the connection without an end of TLS: the body may not be whole`;
		exchange.tellFailure(transient("truncated", message));
	}

	#onError(error: Error): void {
		if (!this.isOpen) return;
		const exchange = this.#exchange;
		if (!exchange) return this.destroy();
		if (!this.#hasBytes && this.#wasKept) return this.#lose(exchange);
		this.destroy();
		exchange.tellFailure(brokenFailure(error, this.pool.host, exchange.answered));
	}

	/** Not a byte came. The server may have closed a kept connection before the request arrived: that is sent once more (RFC 9112, 9.3.1). */
	#lose(exchange: Exchange): void {
		if (!this.#wasKept || exchange.wasLost) {
			this.destroy();
			return exchange.tellFailure(resetFailure(this.pool.host, false, "closed"));
		}
		exchange.wasLost = true;
		exchange.connection = undefined;
		exchange.connected = false;
		exchange.idleTurns = 0;
		// Before this one goes, with which the pool might go too.
		this.pool.sendAnew(exchange);
		this.destroy();
	}
}

const closed = new Error("closed");
