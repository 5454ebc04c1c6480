/** Finds the TCP socket below a TLS one: only it can be reset. */
import type { Socket } from "node:net";

export type SocketIndex = {
	/** Remembers a TCP socket until it closes. */
	add(socket: Socket): void;
	/** The TCP socket that carries this one. */
	find(socket: Socket): Socket | undefined;
};

export function createSocketIndex(): SocketIndex {
	const sockets = new Map<string, Socket>();
	return {
		add: (socket) => {
			const key = endsOf(socket);
			sockets.set(key, socket);
			socket.once("close", () => sockets.delete(key));
		},
		find: (socket) => sockets.get(endsOf(socket)),
	};
}

function endsOf({ localAddress, remoteAddress, remotePort }: Socket): string {
	return `${localAddress} ${remoteAddress} ${remotePort}`;
}
