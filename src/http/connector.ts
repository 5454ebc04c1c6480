/** Connects for undici. Plain connections read into memory that is used again, which makes large files half as fast again. */
import type { Socket } from "node:net";
import type { buildConnector } from "undici";
import buildUndiciConnector from "undici/lib/core/connect.js";
import { endsInBody, lasting, noteBody, readBuffer } from "./read-buffer.ts";

/** TLS has buffers of its own to decrypt into, and stays as undici has it. */
export function createConnector(options: buildConnector.BuildOptions): buildConnector.connector {
	const connectSecurely = buildUndiciConnector(options);
	return (target, callback) => {
		if (target.protocol === "https:") return connectSecurely(target, callback);
		const reader = new Reader();
		const onread = { buffer: readBuffer, callback: (bytes: number) => reader.receive(bytes) };
		buildUndiciConnector({ ...options, onread })(target, (...connected) => {
			if (connected[1]) reader.adopt(connected[1]);
			callback(...connected);
		});
	};
}

/** Stands between a socket and undici, which asks for chunks by `read` whenever the socket says that it is readable. */
class Reader {
	#socket: Socket | undefined;
	#waiting: Buffer | undefined;
	#isPaused = false;
	#isInBody = false;

	adopt(socket: Socket): void {
		this.#socket = socket;
		const read = socket.read.bind(socket);
		// Zero asks for no bytes: it is how a stream looks whether its end has come.
		socket.read = (size?: number) => (size === 0 ? read(0) : this.#take(read));
		socket.unshift = (chunk: Buffer) => {
			this.#waiting = lasting(chunk);
		};
	}

	/** Hands on what a read has put into the buffer. @returns Whether to read on. */
	receive(bytes: number): boolean {
		const lent = readBuffer.subarray(0, bytes);
		// Of a head that is not complete undici keeps pieces until the rest of it comes, of a body nothing.
		const chunk = this.#isInBody ? lent : lasting(lent);
		this.#waiting = chunk;
		noteBody(undefined);
		this.#socket?.emit("readable");
		this.#isInBody = endsInBody(chunk);
		if (this.#waiting) {
			this.#waiting = lasting(this.#waiting);
			this.#isPaused = true;
		}
		return !this.#isPaused;
	}

	#take(read: (size?: number) => unknown): Buffer | null {
		const chunk = this.#waiting;
		this.#waiting = undefined;
		if (chunk) return chunk;
		if (this.#isPaused) {
			this.#isPaused = false;
			read(0);
		}
		return null;
	}
}
