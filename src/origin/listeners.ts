/** Listens on every address of an origin, all on one port. */
import { once } from "node:events";
import net, { type Socket } from "node:net";
import type { ConnectionHandler } from "./connection.ts";
import { OriginError } from "./origin-error.ts";

export type Listeners = {
	readonly port: number;
	/** Ends every connection, and settles when all are gone. */
	close(): Promise<void>;
};

export type ListenOptions = {
	readonly hosts: readonly string[];
	/** 0 takes any port that is free on every host. */
	readonly port: number;
	readonly onConnection: ConnectionHandler;
};

/** A free port on the first host may be taken on another. */
const mostTries = 10;

/** @throws {OriginError} an address or port cannot be used. */
export async function listen(options: ListenOptions): Promise<Listeners> {
	for (let tries = 1; ; tries++) {
		try {
			return await listenOnce(options);
		} catch (cause) {
			const another = options.port === 0 && isTaken(cause) && tries < mostTries;
			if (another) continue;
			throw new OriginError("origin_listen", `the origin cannot listen: ${String(cause)}`, {
				cause,
				hint: "Choose another port, or 0 for any that is free.",
			});
		}
	}
}

async function listenOnce({ hosts, port, onConnection }: ListenOptions): Promise<Listeners> {
	const sockets = new Set<Socket>();
	const servers: net.Server[] = [];
	const close = async (): Promise<void> => {
		const closed = servers.splice(0).map((server) => closeServer(server));
		for (const socket of sockets) socket.destroy();
		await Promise.all(closed);
	};
	const accept = (socket: Socket): void => {
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
		onConnection(socket);
	};
	let taken = port;
	try {
		for (const host of hosts) {
			const server = net.createServer({ noDelay: true }, accept);
			servers.push(server);
			server.listen({ host, port: taken, backlog: 1024 });
			await once(server, "listening");
			taken = portOf(server);
		}
	} catch (cause) {
		await close();
		throw cause;
	}
	return { port: taken, close };
}

function closeServer(server: net.Server): Promise<void> {
	return new Promise((resolve) => {
		// An error here means that it never listened.
		server.close(() => resolve());
	});
}

function portOf(server: net.Server): number {
	const address = server.address();
	return address !== null && typeof address === "object" ? address.port : 0;
}

function isTaken(cause: unknown): boolean {
	return cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
}
