/** How TLS ended: by an end of its own (close_notify), or only because the connection below it was closed, which can happen at any byte. */
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** `unended`: the connection was closed behind a whole record; `torn`: within one. */
export type TlsEnd = "ended" | "unended" | "torn";

/** What TLS can be spoken over so that its end is seen. Slower than the socket itself. */
export type SeenThrough = { readonly stream: Duplex; readonly isWithinRecord: () => boolean };

/** Node tells both ends alike: which of them came first is seen where the bytes pass through a stream of ours. */
const watched = new WeakMap<Socket, { end: TlsEnd }>();

export function seeThrough(socket: Socket): SeenThrough {
	const records = createRecords();
	const stream = new Duplex({
		read: () => void socket.resume(),
		write: (chunk, _encoding, done) => void socket.write(chunk, done),
		final: (done) => void socket.end(done),
		destroy(error, done) {
			socket.destroy();
			done(error);
		},
	});
	socket.on("data", (chunk: Buffer) => {
		records.pass(chunk);
		if (!stream.push(chunk)) socket.pause();
	});
	socket.on("end", () => stream.push(null));
	socket.on("error", (error) => stream.destroy(error));
	socket.on("close", () => {
		// Behind an end the rest is still to be read.
		if (!socket.readableEnded) stream.destroy();
	});
	return { stream, isWithinRecord: records.isWithin };
}

/** @param secured - Speaks TLS over it. */
export function watchEnd(secured: Socket, { stream, isWithinRecord }: SeenThrough): void {
	const state: { end: TlsEnd } = { end: "ended" };
	let hasEnded = false;
	const { push } = secured;
	secured.push = (chunk, encoding) => {
		if (chunk === null) hasEnded = true;
		return push.call(secured, chunk, encoding);
	};
	// By then TLS has been given all that came before.
	stream.prependOnceListener("end", () => {
		if (!hasEnded) state.end = isWithinRecord() ? "torn" : "unended";
	});
	watched.set(secured, state);
}

/** To be asked when it has ended; undefined where nobody watches. */
export function endOfTls(secured: Socket): TlsEnd | undefined {
	return watched.get(secured)?.end;
}

/** A record says in its first 5 bytes how long it is (RFC 8446, 5.1). */
const headBytes = 5;
const lengthAt = 3;

function createRecords(): { pass(chunk: Buffer): void; isWithin(): boolean } {
	let inHead = 0;
	let length = 0;
	let left = 0;
	return {
		pass(chunk) {
			for (let at = 0; at < chunk.length; ) {
				if (left > 0) {
					const step = Math.min(left, chunk.length - at);
					left -= step;
					at += step;
					continue;
				}
				if (inHead >= lengthAt) length = length * 256 + (chunk[at] ?? 0);
				at++;
				if (++inHead < headBytes) continue;
				left = length;
				inHead = 0;
				length = 0;
			}
		},
		isWithin: () => left > 0 || inHead > 0,
	};
}
