/** A wire that can be cut: a TCP proxy that stops to carry anything, without a word to either side, or that breaks in the midst of a call. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";

export type CutProxy = {
	readonly port: number;
	/** Nothing passes any more; connections stay. */
	cut(): void;
	mend(): void;
	/** Resolves when something that fits is on its way to the server: what that says on the same connection from then on reaches nobody. */
	loseAnswer(to: RegExp): Promise<void>;
	/** Breaks all connections; new ones are carried. */
	break(): void;
	/** Breaks all connections; new ones are carried to another port. */
	lead(port: number): void;
};

export async function startCutProxy(context: Pick<TestContext, "after">, target: number): Promise<CutProxy> {
	const sockets = new Set<Socket>();
	let isCut = false;
	let goal = target;
	const breakAll = (): void => {
		for (const socket of sockets) socket.destroy();
	};
	let watched: { readonly pattern: RegExp; readonly onSeen: () => void } | undefined;
	const watch = (near: Socket, far: Socket): void => {
		near.on("data", (data) => {
			if (!watched?.pattern.test(data.toString("latin1"))) return;
			far.pause();
			watched.onSeen();
			watched = undefined;
		});
	};
	const carry = (from: Socket, to: Socket): void => {
		sockets.add(from);
		from.on("data", (data) => to.write(data));
		from.on("error", () => to.destroy());
		from.on("close", () => {
			sockets.delete(from);
			to.destroy();
		});
		if (isCut) from.pause();
	};
	const server = createServer((near) => {
		const far = connect(goal, "127.0.0.1");
		watch(near, far);
		carry(near, far);
		carry(far, near);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	assert(address !== null && typeof address === "object");
	context.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return {
		port: address.port,
		cut() {
			isCut = true;
			for (const socket of sockets) socket.pause();
		},
		mend() {
			isCut = false;
			for (const socket of sockets) socket.resume();
		},
		loseAnswer: (pattern) =>
			new Promise((resolve) => {
				watched = { pattern, onSeen: resolve };
			}),
		break: breakAll,
		lead(port) {
			goal = port;
			breakAll();
		},
	};
}
