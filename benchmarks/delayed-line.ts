/** A line that is long: passes the bytes of connections on, each way a while later. Loopback has no delay of its own. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export type DelayedLine = AsyncDisposable & { readonly port: number };

/** @param delayMs - Each way: half of a round trip. @param connections - Most at once; further ones are reset. @param portOf - Where connections lead. */
export async function startDelayedLine(
	{ delayMs, connections }: { readonly delayMs: number; readonly connections: number },
	portOf: () => number,
): Promise<DelayedLine> {
	const open = new Set<Socket>();
	const server = createServer({ noDelay: true }, (near) => {
		// Each has two ends.
		if (open.size >= 2 * connections) return void near.resetAndDestroy();
		const far = connect({ port: portOf(), host: "127.0.0.1", noDelay: true });
		for (const [from, to] of [
			[near, far],
			[far, near],
		] as const) {
			open.add(from);
			from.on("data", (data) => setTimeout(() => !to.destroyed && to.write(data), delayMs));
			from.on("error", () => to.destroy());
			from.on("close", () => {
				open.delete(from);
				setTimeout(() => to.end(), delayMs);
			});
		}
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	if (typeof address !== "object" || address === null) throw new Error("no port");
	return {
		port: address.port,
		async [Symbol.asyncDispose]() {
			for (const socket of open) socket.destroy();
			server.close();
			await once(server, "close");
		},
	};
}
