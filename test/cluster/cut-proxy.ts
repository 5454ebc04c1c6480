/** A wire that can be cut: a TCP proxy that stops to carry anything, without a word to either side. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";

export type CutProxy = {
	readonly port: number;
	/** Nothing passes any more; connections stay. */
	cut(): void;
	mend(): void;
};

export async function startCutProxy(context: Pick<TestContext, "after">, target: number): Promise<CutProxy> {
	const sockets = new Set<Socket>();
	let isCut = false;
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
		const far = connect(target, "127.0.0.1");
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
	};
}
