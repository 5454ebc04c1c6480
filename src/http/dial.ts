/** One try to connect: it ends once, in time, and leaves nothing behind. */
import type { Socket } from "node:net";
import type { Failure } from "../core/failure.ts";
import type { Exchange } from "./exchange.ts";

export type Connecting = {
	/** Called with how much was read into the memory that all connections share. */
	onRead(bytes: number): boolean;
	onConnect(socket: Socket): void;
	/** @param code - Of the system, where it has one: a process that is short of descriptors may try again. */
	onError(failure: Failure, code: string): void;
};

/** One that is under way. */
export type Opening = {
	/** Who asked for the connection; it serves whoever waits longest when it stands, unless it is for this one alone. */
	readonly askedBy: Exchange | undefined;
	readonly isForHimAlone: boolean;
	abort: () => void;
};

export type Dial = {
	readonly isOver: boolean;
	/** What undoes the step that is under way. */
	undo: () => void;
	onRead(bytes: number): boolean;
	succeed(socket: Socket): void;
	fail(failure: Failure, code?: string): void;
	/** Gives up; nobody hears of it any more. */
	end(): boolean;
};

export function createDial(connecting: Connecting, limit: { readonly timeoutMs: number; timeout(): Failure }): Dial {
	let isOver = false;
	const dial: Dial = {
		get isOver() {
			return isOver;
		},
		undo: () => undefined,
		onRead: (bytes) => connecting.onRead(bytes),
		succeed(socket) {
			dial.undo = () => undefined;
			if (dial.end()) connecting.onConnect(socket);
			else socket.destroy();
		},
		fail(failure, code = "") {
			if (dial.end()) connecting.onError(failure, code);
		},
		end() {
			if (isOver) return false;
			isOver = true;
			clearTimeout(timer);
			dial.undo();
			return true;
		},
	};
	const timer = setTimeout(() => dial.fail(limit.timeout()), limit.timeoutMs);
	return dial;
}
