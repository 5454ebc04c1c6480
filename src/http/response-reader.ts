/** Reads one response after the other from the bytes of a connection, in whatever pieces they arrive: no I/O, no timers. */
import { ChunkedBody } from "./chunked-body.ts";
import { framingOf, keepsConnection } from "./framing.ts";
import { noStatusLine, parseHead, type ResponseHead } from "./response-head.ts";

/** Largest response head that is read, the interim ones before it included, in bytes. */
const mostHeadBytes = 64 * 1024;
/** Most heads are shorter. */
const usualHeadBytes = 1024;
const headTooLarge = "a head larger than 64 KiB";

const statusPrefix = "HTTP/1.";
const lineFeed = 10;
const carriageReturn = 13;

export type BodySink = {
	/** @param bytes - Valid only during the call. @returns Whether more of the body is wanted. */
	onBody(bytes: Buffer, start: number, end: number): boolean;
};

export type ReaderSink = BodySink & {
	/** The final head; interim ones are passed over. @returns Whether the body is wanted. */
	onHead(head: ResponseHead): boolean;
};

/** What a response came to when its connection ended in order. */
export type EndOfInput = "complete" | "nothing" | "within-head" | "within-body";

type State = "head" | "length" | "chunked" | "until-close" | "over" | "broken" | "unwanted";

export class ResponseReader {
	/** What is wrong with the response; empty while nothing is. */
	problem = "";
	/** Whether the connection may serve another request, as far as this response says. */
	keepsConnection = false;
	/** Whether a head of HTTP has begun: else what came is no answer at all. */
	hasBegun = false;
	#method = "GET";
	#state: State = "over";
	/** Bytes of the body that are still to come, where its length is known. */
	#left = 0;
	#chunks: ChunkedBody | undefined;
	/** The beginning of a head that came in pieces. */
	#kept: Buffer | undefined;
	#keptBytes = 0;
	#headBytes = 0;

	/** Whether a response is complete, and the next byte belongs to none. */
	get isOver(): boolean {
		return this.#state === "over";
	}

	/** Whether nothing but the end of the connection tells that the body is complete. */
	get endsWithConnection(): boolean {
		return this.#state === "until-close";
	}

	/** Gets ready for the answer to a request. */
	begin(method: string): void {
		this.#method = method;
		this.#state = "head";
		this.#keptBytes = 0;
		this.#headBytes = 0;
		this.#chunks = undefined;
		this.keepsConnection = false;
		this.hasBegun = false;
		this.problem = "";
	}

	/** @returns The place behind the last byte that was used: before `end` only where the response is over, broken or not wanted. */
	read(bytes: Buffer, start: number, end: number, sink: ReaderSink): number {
		let at = start;
		while (at < end && this.#state === "head") at = this.#readHead(bytes, at, end, sink);
		if (at >= end) return at;
		switch (this.#state) {
			case "length": {
				const to = Math.min(end, at + this.#left);
				this.#left -= to - at;
				const wanted = sink.onBody(bytes, at, to);
				if (!wanted) this.#state = "unwanted";
				else if (this.#left === 0) this.#state = "over";
				return to;
			}
			case "chunked":
				return this.#readChunks(bytes, at, end, sink);
			case "until-close":
				if (!sink.onBody(bytes, at, end)) this.#state = "unwanted";
				return end;
			default:
				return at;
		}
	}

	/** The other side ended the connection in order. */
	endOfInput(): EndOfInput {
		switch (this.#state) {
			case "until-close":
			case "over":
				return "complete";
			case "head":
				return this.#headBytes === 0 && this.#keptBytes === 0 ? "nothing" : "within-head";
			default:
				return "within-body";
		}
	}

	#readHead(bytes: Buffer, start: number, end: number, sink: ReaderSink): number {
		if (this.#keptBytes > 0) return this.#readKeptHead(bytes, start, end, sink);
		// Most heads are short and here as a whole: text is searched faster than bytes.
		const text = bytes.toString("latin1", start, Math.min(end, start + usualHeadBytes));
		const length = endOfHeadText(text);
		if (length >= 0) {
			this.#takeHead(text.slice(0, length), sink);
			return start + length;
		}
		const headEnd = endOfHead(bytes, start, end);
		if (headEnd < 0) {
			this.#keep(bytes, start, end);
			return this.#judgeIncomplete(end);
		}
		this.#takeHead(bytes.toString("latin1", start, headEnd), sink);
		return headEnd;
	}

	/** The head came in pieces: each of them is looked through once. */
	#readKeptHead(bytes: Buffer, start: number, end: number, sink: ReaderSink): number {
		const before = this.#keptBytes;
		const kept = this.#keep(bytes, start, end);
		// The blank line may have begun in the piece before.
		const headEnd = endOfHead(kept, Math.max(0, before - 2), this.#keptBytes);
		if (headEnd < 0) return this.#judgeIncomplete(end);
		this.#keptBytes = 0;
		this.#kept = undefined;
		this.#takeHead(kept.toString("latin1", 0, headEnd), sink);
		return start + (headEnd - before);
	}

	/** Adds a piece to the head, in memory that doubles when it is full. */
	#keep(bytes: Buffer, start: number, end: number): Buffer {
		const total = this.#keptBytes + (end - start);
		let kept = this.#kept;
		if (!kept || kept.length < total) {
			kept = Buffer.allocUnsafeSlow(Math.max(4096, 2 * total));
			this.#kept?.copy(kept, 0, 0, this.#keptBytes);
			this.#kept = kept;
		}
		bytes.copy(kept, this.#keptBytes, start, end);
		this.#keptBytes = total;
		return kept;
	}

	#judgeIncomplete(end: number): number {
		if (this.#headBytes + this.#keptBytes > mostHeadBytes) return this.#break(headTooLarge, end);
		const { length } = statusPrefix;
		const begins = this.#kept?.toString("latin1", 0, Math.min(length, this.#keptBytes)) ?? "";
		return statusPrefix.startsWith(begins) ? end : this.#break(noStatusLine(begins), end);
	}

	#takeHead(text: string, sink: ReaderSink): void {
		this.hasBegun ||= text.startsWith(statusPrefix);
		this.#headBytes += text.length;
		if (this.#headBytes > mostHeadBytes) {
			this.#break(headTooLarge, 0);
			return;
		}
		const head = parseHead(text);
		if (typeof head === "string") {
			this.#break(head, 0);
			return;
		}
		if (head.status === 101) {
			this.#break("a switch of protocols that nobody asked for", 0);
			return;
		}
		if (head.status < 200) return;
		this.#frame(head, sink);
	}

	#frame(head: ResponseHead, sink: ReaderSink): void {
		const framing = framingOf(head, this.#method);
		if (typeof framing === "string") {
			this.#break(framing, 0);
			return;
		}
		this.keepsConnection = framing.kind !== "until-close" && keepsConnection(head);
		switch (framing.kind) {
			case "none":
				this.#state = "over";
				break;
			case "chunked":
				// It says nothing beside chunks (RFC 9112, 6.3).
				head.contentLength = undefined;
				this.#chunks = new ChunkedBody();
				this.#state = "chunked";
				break;
			case "length":
				this.#left = framing.bytes;
				this.#state = "length";
				break;
			case "until-close":
				this.#state = "until-close";
		}
		const isWhole = this.#state === "over";
		if (!sink.onHead(head) && !isWhole) this.#state = "unwanted";
	}

	#readChunks(bytes: Buffer, start: number, end: number, sink: ReaderSink): number {
		const chunks = this.#chunks;
		if (!chunks) return start;
		const at = chunks.read(bytes, start, end, sink);
		if (chunks.problem !== "") return this.#break(chunks.problem, at);
		if (chunks.isOver) this.#state = "over";
		else if (at < end) this.#state = "unwanted";
		return at;
	}

	#break(problem: string, at: number): number {
		this.problem = problem;
		this.#state = "broken";
		return at;
	}
}

/** The place behind the blank line that ends a head; -1 where it is not there yet. Lines may end with LF alone (RFC 9112, 2.2). */
function endOfHead(bytes: Buffer, start: number, end: number): number {
	for (let at = start; at + 1 < end; at++) {
		if (bytes[at] !== lineFeed) continue;
		if (bytes[at + 1] === lineFeed) return at + 2;
		if (bytes[at + 1] === carriageReturn && at + 2 < end && bytes[at + 2] === lineFeed) return at + 3;
	}
	return -1;
}

/** The same for text that begins with a head. */
function endOfHeadText(text: string): number {
	const usual = text.indexOf("\n\r\n");
	const short = text.indexOf("\n\n");
	if (short >= 0 && (usual < 0 || short < usual)) return short + 2;
	return usual < 0 ? -1 : usual + 3;
}
