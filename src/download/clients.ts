/** HTTP clients, one pool for each origin, shared by all downloads of a worker. */
import type { Pool } from "undici";
// Not from "undici": its index loads fetch, WebSocket and caches as well, 50 ms of every start of a worker.
import UndiciPool from "undici/lib/dispatcher/pool.js";
import { createConnector } from "./connector.ts";
import { createLookup } from "./lookup.ts";

/** A pool that nothing used for so long is closed: a list may name millions of hosts. */
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
	/** The pool for an origin such as `https://example.org:8443`. */
	of(origin: string): Pool;
	/**
	 * Lets an origin have a new pool: a request was given up while its connection was being made. The HTTP client goes on
	 * with that until it fails, and such connections would take the places of those that are wanted.
	 */
	retire(origin: string): void;
	/** Closes the pools that have been idle for a while. */
	sweep(): void;
	/** Ends every connection at once. */
	destroy(reason: Error): Promise<void>;
};

type Known = { readonly pool: Pool; usedAtMs: number };

/**
 * Connections are opened as downloads need them: how many run at once is the scheduler's decision alone. A connection
 * whose response is over rests for a turn; without a limit the next request would open another one beside it.
 */
export function createClients(options: ClientOptions): Clients {
	const known = new Map<string, Known>();
	let retired: Pool[] = [];
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
				const pool = new UndiciPool(origin, {
					connect,
					connections: options.connections,
					allowH2: false,
					maxHeaderSize: maxHeadBytes,
					// Waiting is bounded by our own watch: undici's timers are a second apart.
					headersTimeout: 0,
					bodyTimeout: 0,
				});
				client = { pool, usedAtMs: now };
				known.set(origin, client);
			}
			client.usedAtMs = now;
			return client.pool;
		},
		retire(origin) {
			const client = known.get(origin);
			if (!client) return;
			known.delete(origin);
			retired.push(client.pool);
		},
		sweep() {
			now = Date.now();
			for (const [origin, { pool, usedAtMs }] of known) {
				if (isBusy(pool) || now - usedAtMs < idleMs) continue;
				known.delete(origin);
				void pool.destroy();
			}
			const idle = retired.filter((pool) => !isBusy(pool));
			retired = retired.filter(isBusy);
			for (const pool of idle) void pool.destroy();
		},
		async destroy(reason) {
			const pools = [...known.values()].map(({ pool }) => pool).concat(retired);
			known.clear();
			retired = [];
			await Promise.all(pools.map((pool) => pool.destroy(reason)));
		},
	};
}

function isBusy({ stats }: Pool): boolean {
	return stats.running > 0 || stats.pending > 0;
}
