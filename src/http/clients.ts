/** The HTTP clients of a worker, shared by all its downloads: the connections to each origin. */
import { type Connections, createConnections } from "./connections.ts";
import { createConnector } from "./connector.ts";
import { createLookup } from "./lookup.ts";

/** An origin that nothing used for so long is forgotten: a list may name millions of hosts. */
const idleMs = 15_000;
/** Largest response head that is read, in bytes; a longer one fails as `protocol`. */
const maxHeadBytes = 64 * 1024;

export type ClientOptions = {
	/** Most connections to one origin: as many as requests are made at once. */
	readonly connections: number;
	readonly connectTimeoutMs: number;
	readonly caCertificate?: string;
	readonly insecure: boolean;
};

export type Clients = {
	/** The connections to an origin such as `https://example.org:8443`. */
	of(origin: string): Connections;
	/** Closes the connections to origins that have been idle for a while. */
	sweep(): void;
	/** Ends every connection at once. */
	destroy(reason: Error): Promise<void>;
};

type Known = { readonly connections: Connections; usedAtMs: number };

/** Connections are opened as downloads need them: how many run at once is the scheduler's decision alone. */
export function createClients(options: ClientOptions): Clients {
	const known = new Map<string, Known>();
	const connect = createConnector({
		timeout: options.connectTimeoutMs,
		lookup: createLookup(),
		rejectUnauthorized: !options.insecure,
		...(options.caCertificate === undefined ? {} : { ca: options.caCertificate }),
	});
	let now = Date.now();
	return {
		of(origin) {
			let client = known.get(origin);
			if (!client) {
				const connections = createConnections(origin, options.connections, {
					connect,
					allowH2: false,
					maxHeaderSize: maxHeadBytes,
					// Waiting is bounded by our own watch: undici's timers are a second apart.
					headersTimeout: 0,
					bodyTimeout: 0,
				});
				client = { connections, usedAtMs: now };
				known.set(origin, client);
			}
			client.usedAtMs = now;
			return client.connections;
		},
		sweep() {
			now = Date.now();
			for (const [origin, { connections, usedAtMs }] of known) {
				if (connections.isBusy() || now - usedAtMs < idleMs) continue;
				known.delete(origin);
				void connections.destroy(new Error("nothing more to ask"));
			}
		},
		async destroy(reason) {
			const all = [...known.values()];
			known.clear();
			await Promise.all(all.map(({ connections }) => connections.destroy(reason)));
		},
	};
}
