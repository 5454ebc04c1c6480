/** HTTP connections, kept alive and shared by all downloads of a worker: one request at a time on each. */
import type { Client } from "undici";
// Not from "undici": its index loads fetch, WebSocket and caches as well, 50 ms of every start of a worker.
import buildConnector from "undici/lib/core/connect.js";
import UndiciClient from "undici/lib/dispatcher/client.js";
import { type Bag, createBag } from "../core/bag.ts";
import { createLookup } from "./lookup.ts";

/** A connection that nothing used for so long is forgotten: a list may name millions of hosts. */
const idleMs = 15_000;
/** Largest response head that is read, in bytes; a longer one fails as `protocol`. */
const maxHeadBytes = 64 * 1024;

export type ClientOptions = {
	readonly connectTimeoutMs: number;
	readonly caCertificate?: string;
	readonly insecure: boolean;
};

/** One connection to an origin; it is opened with its first request, and again where the server has closed it. */
export type Connection = {
	readonly client: Client;
	/** Whether it had an exchange before: the server may have closed it since. */
	readonly isUsed: boolean;
	/** Gives it back, when its exchange has ended. */
	release(): void;
};

export type Clients = {
	/** A connection that is free, or a new one, to an origin such as `https://example.org:8443`. */
	take(origin: string): Connection;
	/** A new one in any case. */
	open(origin: string): Connection;
	/** Closes the connections that have been idle for a while. */
	sweep(): void;
	/** Ends every connection at once. */
	destroy(reason: Error): Promise<void>;
};

type Idle = { readonly connection: Connection; readonly sinceMs: number };

/** The connections to one origin; those that were free last are taken first. */
type Origin = { readonly idle: Idle[]; readonly all: Bag<Client> };

/**
 * Connections are opened as downloads need them: how many run at once is the scheduler's decision alone. undici's own
 * pool learns one turn late that a response is over, and opens a second connection for the request that follows.
 */
export function createClients(options: ClientOptions): Clients {
	const origins = new Map<string, Origin>();
	const connect = buildConnector({
		timeout: options.connectTimeoutMs,
		lookup: createLookup(),
		rejectUnauthorized: !options.insecure,
		allowH2: false,
		...(options.caCertificate === undefined ? {} : { ca: options.caCertificate }),
	});
	let now = Date.now();
	/** Most requests go where the last one went. */
	let last: { readonly name: string; readonly origin: Origin } | undefined;

	const originOf = (name: string): Origin => {
		if (last?.name === name) return last.origin;
		let origin = origins.get(name);
		if (!origin) {
			origin = { idle: [], all: createBag() };
			origins.set(name, origin);
		}
		last = { name, origin };
		return origin;
	};

	const open = (name: string): Connection => {
		const origin = originOf(name);
		const client = new UndiciClient(name, {
			connect,
			allowH2: false,
			maxHeaderSize: maxHeadBytes,
			// Waiting is bounded by our own watch: undici's timers are a second apart.
			headersTimeout: 0,
			bodyTimeout: 0,
		});
		origin.all.add(client);
		const connection = {
			client,
			isUsed: false,
			release() {
				connection.isUsed = true;
				origin.idle.push({ connection, sinceMs: now });
			},
		};
		return connection;
	};

	return {
		take: (name) => originOf(name).idle.pop()?.connection ?? open(name),
		open,
		sweep() {
			now = Date.now();
			for (const [name, { idle, all }] of origins) {
				const fresh = idle.findIndex(({ sinceMs }) => now - sinceMs < idleMs);
				for (const { connection } of idle.splice(0, fresh < 0 ? idle.length : fresh)) {
					all.delete(connection.client);
					void connection.client.destroy();
				}
				if (all.size === 0) origins.delete(name);
				if (all.size === 0 && last?.name === name) last = undefined;
			}
		},
		async destroy(reason) {
			const clients = [...origins.values()].flatMap(({ all }) => [...all]);
			origins.clear();
			await Promise.all(clients.map((client) => client.destroy(reason)));
		},
	};
}
