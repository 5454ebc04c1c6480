/** Tells HTTP/2 with prior knowledge from HTTP/1.1 by the first bytes of a connection. */
import type { Socket } from "node:net";

/** The connection preface of HTTP/2 (RFC 9113, 3.4) begins so, and no method of HTTP/1.1 does. */
const preface = "PRI";

/** Calls `decide` once, with nothing taken from the socket; never, where it ends before. */
export function sniffHttp2(socket: Socket, decide: (isHttp2: boolean) => void): void {
	let seen = Buffer.alloc(0);
	const leave = (): void => void socket.destroy();
	const look = (): void => {
		const chunk: Buffer | null = socket.read();
		if (chunk) seen = Buffer.concat([seen, chunk]);
		if (seen.length < preface.length) return;
		socket.off("readable", look).off("error", leave).off("end", leave);
		socket.unshift(seen);
		decide(seen.toString("latin1", 0, preface.length) === preface);
	};
	socket.on("readable", look).on("error", leave).on("end", leave);
}
