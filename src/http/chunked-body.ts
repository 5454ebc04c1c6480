/** Reads the chunked transfer coding (RFC 9112, section 7.1), in whatever pieces it arrives. */
import type { BodySink } from "./response-reader.ts";

/** Most bytes of one chunk's line, its extensions included, and of all trailers together. */
const mostLineBytes = 16 * 1024;
const mostTrailerBytes = 64 * 1024;

const lineFeed = 10;
const carriageReturn = 13;
const semicolon = 59;

type State = "size" | "size-end" | "extension" | "data" | "data-end" | "trailer" | "over";

export class ChunkedBody {
	/** What is wrong with the body; empty while nothing is. */
	problem = "";
	#state: State = "size";
	#size = 0;
	#digits = 0;
	/** Bytes of the line, or of the trailers, so far. */
	#bytes = 0;
	#lineIsEmpty = true;

	get isOver(): boolean {
		return this.#state === "over";
	}

	/** @returns The place behind the last byte that was used: before `end` only where the body is over, broken or not wanted. */
	read(bytes: Buffer, start: number, end: number, sink: BodySink): number {
		let at = start;
		while (at < end) {
			if (this.#state === "data") {
				const to = Math.min(end, at + this.#size);
				this.#size -= to - at;
				if (this.#size === 0) this.#state = "data-end";
				const wanted = sink.onBody(bytes, at, to);
				at = to;
				if (!wanted) return at;
				continue;
			}
			const byte = bytes[at] ?? 0;
			at++;
			if (!this.#step(byte) || this.#state === "over") return at;
		}
		return at;
	}

	/** @returns Whether to go on. */
	#step(byte: number): boolean {
		switch (this.#state) {
			case "size":
				return this.#readDigit(byte);
			case "size-end":
			case "extension":
				return this.#readLineEnd(byte);
			case "data-end":
				if (byte === carriageReturn && this.#bytes === 0) {
					this.#bytes = 1;
					return true;
				}
				if (byte !== lineFeed) return this.#fail("a chunk that is longer than it says");
				this.#beginChunk();
				return true;
			case "trailer":
				return this.#readTrailer(byte);
			default:
				return false;
		}
	}

	#readDigit(byte: number): boolean {
		const digit = hexDigit(byte);
		if (digit < 0) {
			if (this.#digits === 0) return this.#fail("a chunk size that is no number");
			this.#state = "size-end";
			return this.#readLineEnd(byte);
		}
		this.#digits++;
		this.#bytes++;
		this.#size = this.#size * 16 + digit;
		if (this.#size > Number.MAX_SAFE_INTEGER || this.#bytes > mostLineBytes)
			return this.#fail("a chunk size beyond 2^53");
		return true;
	}

	#readLineEnd(byte: number): boolean {
		if (byte === lineFeed) {
			this.#bytes = 0;
			this.#lineIsEmpty = true;
			this.#state = this.#size === 0 ? "trailer" : "data";
			return true;
		}
		if (++this.#bytes > mostLineBytes) return this.#fail("a chunk extension without end");
		if (this.#state === "extension" || byte === carriageReturn || byte === 32 || byte === 9) return true;
		if (byte !== semicolon) return this.#fail("a chunk size that is no number");
		this.#state = "extension";
		return true;
	}

	#readTrailer(byte: number): boolean {
		if (++this.#bytes > mostTrailerBytes) return this.#fail("trailers larger than 64 KiB");
		if (byte === lineFeed) {
			if (this.#lineIsEmpty) this.#state = "over";
			this.#lineIsEmpty = true;
		} else if (byte !== carriageReturn) this.#lineIsEmpty = false;
		return true;
	}

	#beginChunk(): void {
		this.#state = "size";
		this.#size = 0;
		this.#digits = 0;
		this.#bytes = 0;
	}

	#fail(problem: string): boolean {
		this.problem = problem;
		return false;
	}
}

function hexDigit(byte: number): number {
	if (byte >= 48 && byte <= 57) return byte - 48;
	const letter = byte | 32;
	return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
