/** One exchange over HTTP/2: a stream of a session. What it tells is what a connection of HTTP/1.1 would tell. */
import type { ClientHttp2Stream } from "node:http2";
import type { Carrier, Exchange } from "./exchange.ts";
import { unusable, unwanted } from "./http2-failures.ts";
import { headOfFields } from "./http2-head.ts";

/** Largest sum of interim answers, in bytes. */
const mostInterimBytes = 64 * 1024;

/** Whose stream it is. */
export type StreamOwner = {
	readonly host: string;
	/** The server has been heard. */
	hear(): void;
	/** The exchange is over, or given up. */
	release(isGivenUp: boolean): void;
	/** The stream ended before the answer was complete; its exchange has been released. */
	onBroken(exchange: Exchange, end: BrokenEnd): void;
};

export type BrokenEnd = {
	/** Number of the stream; undefined where the request has not left. */
	readonly id: number | undefined;
	/** Of RST_STREAM, or of what ended all. */
	readonly code: number;
	readonly error: Error | undefined;
	/** Whether less of the body has come than was announced. */
	readonly isShort: boolean;
};

/** A class: there is one for each small file. */
export class Http2Stream implements Carrier {
	readonly #owner: StreamOwner;
	readonly #stream: ClientHttp2Stream;
	#exchange: Exchange | undefined;
	/** Of the body, as announced. */
	#length: number | undefined = undefined;
	#received = 0;
	#interimBytes = 0;
	/** What came before the head was told. */
	#early: readonly Buffer[] | undefined = undefined;
	#error: Error | undefined = undefined;
	/** Whether the body ended with the stream alone: the server never said that it is complete. */
	#isCut: boolean | undefined = undefined;

	constructor(owner: StreamOwner, exchange: Exchange, stream: ClientHttp2Stream) {
		this.#owner = owner;
		this.#exchange = exchange;
		this.#stream = stream;
		stream.on("response", (_headers, _flags, fields: readonly string[]) => this.#onHead(fields));
		stream.on("headers", (_headers, _flags, fields: readonly string[]) => this.#onInterim(fields));
		// From the start: what waits to be read is lost when the session closes behind it.
		stream.on("data", (bytes: Buffer) => this.#onData(bytes));
		stream.on("end", () => this.#onEnd());
		// The engine makes an end of RST_STREAM without an error too. What the server ends comes while the stream is open.
		const { push } = stream;
		stream.push = (chunk, encoding) => {
			if (chunk === null) this.#isCut ??= stream.closed;
			return push.call(stream, chunk, encoding);
		};
		// What broke is told by the close.
		stream.on("error", (error) => {
			this.#error = error;
		});
		stream.on("close", () => this.#onClose());
	}

	pause(): void {
		this.#stream.pause();
	}

	resume(): void {
		this.#stream.resume();
	}

	/** Ends it at once; its exchange hears no more. */
	destroy(): void {
		if (!this.#exchange) return;
		this.#leave(true);
		this.#stream.close(unwanted);
	}

	#onHead(fields: readonly string[]): void {
		const exchange = this.#exchange;
		if (!exchange) return;
		this.#owner.hear();
		const head = headOfFields(fields);
		if (typeof head === "string") return this.#refuse(exchange, head);
		const { status, contentLength } = head;
		this.#length = exchange.request.method === "HEAD" || status === 204 || status === 304 ? undefined : contentLength;
		exchange.tellHead(head);
		const early = this.#early;
		this.#early = undefined;
		for (const bytes of early ?? []) this.#onData(bytes);
	}

	#onInterim(fields: readonly string[]): void {
		for (const text of fields) this.#interimBytes += text.length;
		if (this.#exchange && this.#interimBytes > mostInterimBytes) {
			this.#refuse(this.#exchange, "interim answers of more than 64 KiB");
		}
	}

	#onData(bytes: Buffer): void {
		const exchange = this.#exchange;
		if (!exchange) return;
		// Heads are told a little later than they are read.
		if (!exchange.answered) {
			this.#early = [...(this.#early ?? []), bytes];
			return;
		}
		this.#received += bytes.length;
		this.#owner.hear();
		exchange.tellData(bytes, 0, bytes.length);
	}

	#onEnd(): void {
		const exchange = this.#exchange;
		if (!exchange?.answered) return;
		// The end of a body that broke off comes as an end too, but behind that of the stream.
		if (this.#stream.destroyed || this.#stream.rstCode !== 0 || this.#isShort() || this.#isCut) return;
		this.#leave(false);
		exchange.tellEnd();
	}

	#isShort(): boolean {
		return this.#length !== undefined && this.#received < this.#length;
	}

	#onClose(): void {
		const exchange = this.#exchange;
		if (!exchange) return;
		const { id, rstCode } = this.#stream;
		this.#leave(false);
		// A session that closes with its last answer may take its end away.
		if (rstCode === 0 && exchange.answered && this.#length !== undefined && !this.#isShort()) return exchange.tellEnd();
		this.#owner.onBroken(exchange, { id, code: rstCode ?? 0, error: this.#error, isShort: this.#isShort() });
	}

	#refuse(exchange: Exchange, problem: string): void {
		this.destroy();
		exchange.tellFailure(unusable(this.#owner.host, problem));
	}

	#leave(isGivenUp: boolean): void {
		const exchange = this.#exchange;
		if (exchange) exchange.connection = undefined;
		this.#exchange = undefined;
		this.#owner.release(isGivenUp);
	}
}
