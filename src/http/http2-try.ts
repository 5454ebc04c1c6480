/** A server that refuses further connections may take one with many streams instead: finds that out once for a pool. */
import type { Socket } from "node:net";
import type { Failure } from "../core/failure.ts";
import type { Connecting } from "./dial.ts";

/** Connections that are tried, and the wait between them: the room that one of ours made may not be free at once. */
const mostTries = 3;
const againMs = 100;

export type TryHost = {
	/** Connections that stand, and those that are being made. */
	readonly open: () => number;
	readonly openings: () => number;
	/** Begins to connect for HTTP/2, which the server must agree to. @returns Gives up. */
	readonly connect: (connecting: Connecting) => () => void;
	/** Makes no more connections, and gives up those that are being made. */
	readonly stop: () => void;
	/** It came to nothing: goes on as before. */
	readonly goOn: () => void;
	/** The server took it. */
	readonly turn: (socket: Socket) => void;
};

export type Http2Try = {
	/** Whether the next connection that is free makes room for it. */
	readonly wantsRoom: boolean;
	/** A connection was refused. @returns Whether its request waits for what comes of this. */
	refuse(failure: Failure): boolean;
	/** A connection stands. */
	stands(): void;
	/** A connection is closed or about to be. */
	begin(): void;
	/** @returns How many requests waited in vain, from now on none. */
	takeWaiting(): number;
	close(): void;
};

export function createHttp2Try(host: TryHost): Http2Try {
	let left = mostTries;
	let wantsRoom = false;
	/** Requests whose connections were refused. */
	let waiting = 0;
	let abort: (() => void) | undefined;

	const makeRoom = (): void => {
		if (wantsRoom || abort) return;
		wantsRoom = true;
		waiting = 0;
		host.stop();
	};
	const onError = ({ transient }: Failure): void => {
		if (transient && left > 0) {
			const timer = setTimeout(begin, againMs);
			abort = () => clearTimeout(timer);
			return;
		}
		abort = undefined;
		left = 0;
		host.goOn();
	};
	const begin = (): void => {
		wantsRoom = false;
		left--;
		abort = host.connect({
			onRead: () => false,
			onConnect(socket) {
				abort = undefined;
				host.turn(socket);
			},
			onError,
		});
	};

	return {
		get wantsRoom() {
			return wantsRoom;
		},
		refuse({ code }) {
			if (left === 0 || (code !== "connect" && code !== "reset")) return false;
			// Nobody is let in: that says nothing of how many may be.
			if (host.open() === 0 && host.openings() === 0) return false;
			waiting++;
			if (host.open() > 0) makeRoom();
			return true;
		},
		stands() {
			if (waiting > 0) makeRoom();
		},
		begin,
		takeWaiting() {
			const count = waiting;
			waiting = 0;
			return count;
		},
		close: () => abort?.(),
	};
}
