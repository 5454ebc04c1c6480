/** Connects to the first of several addresses that answers (RFC 8305, "Happy Eyeballs"): a new one is tried every quarter of a second, and none is given up for it. */
import type { Socket } from "node:net";

/** Wait before the next address is tried as well, in milliseconds (RFC 8305, 8). */
const stepMs = 250;

export type Race = {
	readonly addresses: readonly string[];
	/** Begins to connect to one of them. */
	open(address: string): Socket;
	onConnect(socket: Socket): void;
	/** @param error - Of the first address that failed. */
	onError(error: Error): void;
};

/** @returns Ends the race; nobody hears of it any more. */
export function raceAddresses(race: Race): () => void {
	const running = new Set<Socket>();
	let next = 0;
	let timer: NodeJS.Timeout | undefined;
	let failure: Error | undefined;
	let isOver = false;

	const end = (): void => {
		isOver = true;
		clearTimeout(timer);
		for (const socket of running) socket.destroy();
		running.clear();
	};
	const win = (socket: Socket): void => {
		running.delete(socket);
		end();
		socket.removeAllListeners("error");
		race.onConnect(socket);
	};
	const lose = (socket: Socket | undefined, error: Error): void => {
		if (socket) running.delete(socket);
		failure ??= error;
		if (isOver) return;
		if (next < race.addresses.length) return start();
		if (running.size > 0) return;
		end();
		race.onError(failure);
	};
	const start = (): void => {
		clearTimeout(timer);
		const address = race.addresses[next++];
		if (address === undefined) return;
		try {
			const socket = race.open(address);
			running.add(socket);
			socket.once("connect", () => win(socket));
			socket.on("error", (error) => lose(socket, error));
		} catch (error) {
			return lose(undefined, error instanceof Error ? error : new Error(String(error)));
		}
		if (next < race.addresses.length) timer = setTimeout(start, stepMs);
	};

	start();
	return end;
}
