/** The HTTP client of a worker, shared by all its downloads: the connections to every origin. */
import type { Http2Mode } from "../core/options.ts";
import type { ProxyServer } from "../core/proxy.ts";
import type { Connection } from "./connection.ts";
import { type Connector, createConnector } from "./connector.ts";
import { createHttp2Choice, type Http2Choice } from "./http2-choice.ts";
import { createIdleList, type IdleList } from "./idle-list.ts";
import { OriginPool } from "./origin-pool.ts";
import type { Throttle } from "./throttle.ts";
import type { TlsOptions } from "./tls.ts";

/** A connection that nothing used for so long is closed. */
const longestIdleMs = 15_000;
/** Idle connections that are closed at once where the system has no more descriptors. */
const reliefConnections = 16;
/** Most origins that are remembered to want a tunnel; those that are forgotten ask once more. */
const mostTunnelled = 1024;
/** Most bytes of one read: a large body goes to its file in pieces of this size. */
export const mostReadBytes: number = 256 * 1024;

export type AgentOptions = TlsOptions & {
	/** Most connections to one origin: as many as requests are made at once. */
	readonly connections: number;
	/** Most connections that stand idle, over all origins. */
	readonly idleConnections: number;
	readonly connectTimeoutMs: number;
	/** The proxy of an origin; absent where there is none at all. */
	readonly proxyOf?: ((origin: string) => ProxyServer | undefined) | undefined;
	/** Whether an address may be connected to; absent where every one may. */
	readonly isAllowed?: ((address: string) => boolean) | undefined;
	readonly http2: Http2Mode;
	/** Present where answers are held to rates, which then bound a read as well. */
	readonly throttle?: Throttle | undefined;
	readonly readBytes?: number | undefined;
};

export type Agent = {
	/** The connections to an origin such as `https://example.org:8443`. */
	poolOf(origin: string): OriginPool;
	/** Closes what has been idle for a while. */
	sweep(): void;
	/** Ends every connection at once. Exchanges are for their owners to end. */
	destroy(): void;

	// For its pools:
	readonly connector: Connector;
	readonly throttle: Throttle | undefined;
	readonly proxyOf: AgentOptions["proxyOf"];
	/** What all connections read into, one after the other: its bytes are valid only until the next read. */
	readonly readBuffer: Buffer;
	readonly idle: IdleList;
	/** Every connection that stands, of whatever protocol. */
	readonly open: Set<{ destroy(): void }>;
	readonly http2: Http2Choice;
	/**
	 * Calls `endRest` of its pool once the event loop has asked the system what is new of the connection. An answer that
	 * nobody asked for has then shown itself, and so has a server that closes what it promised to keep.
	 */
	rest(connection: Connection): void;
	/** Closes idle connections for their descriptors. @returns Whether waiting for one makes sense. */
	relieve(): boolean;
	forget(pool: OriginPool): void;
	/** Requests to the pool's origin go through a tunnel of its proxy from now on. */
	tunnel(pool: OriginPool): void;
};

/** What pools ask of the agent that they belong to. */
export type PoolAgent = Omit<Agent, "poolOf" | "sweep" | "destroy">;

/** Connections are opened as downloads need them: how many run at once is the scheduler's decision alone. */
export function createAgent(options: AgentOptions): Agent {
	const pools = new Map<string, OriginPool>();
	const open: Agent["open"] = new Set();
	const list = createIdleList();
	const tunnelled = new Set<string>();
	let lastPool: OriginPool | undefined;
	/** Given back in this turn of the event loop, and in the one before it. */
	let arriving: Connection[] = [];
	let resting: Connection[] = [];
	let isDue = false;
	let now = performance.now();

	const turn = (): void => {
		const rested = resting;
		resting = arriving;
		arriving = [];
		isDue = resting.length > 0;
		if (isDue) setImmediate(turn);
		for (const connection of rested) if (connection.isOpen) connection.pool.endRest(connection);
	};

	const idle: IdleList = {
		get size() {
			return list.size;
		},
		add(connection) {
			connection.idleSinceMs = now;
			list.add(connection);
			if (list.size > options.idleConnections) list.oldest()?.destroy();
		},
		remove: list.remove,
		oldest: list.oldest,
	};

	const readBuffer = Buffer.allocUnsafeSlow(options.readBytes ?? mostReadBytes);
	const agent: Agent = {
		connector: createConnector({ ...options, readBuffer }),
		throttle: options.throttle,
		proxyOf:
			options.proxyOf &&
			((origin) => {
				const proxy = options.proxyOf?.(origin);
				return proxy && tunnelled.has(origin) ? { ...proxy, tunnelsAll: true } : proxy;
			}),
		readBuffer,
		idle,
		open,
		http2: createHttp2Choice(options.http2),
		poolOf(origin) {
			if (lastPool?.origin === origin) return lastPool;
			let pool = pools.get(origin);
			if (!pool) {
				pool = new OriginPool(origin, agent, options.connections);
				pools.set(origin, pool);
			}
			lastPool = pool;
			return pool;
		},
		rest(connection) {
			arriving.push(connection);
			if (isDue) return;
			isDue = true;
			setImmediate(turn);
		},
		relieve() {
			for (let n = 0; n < reliefConnections; n++) list.oldest()?.destroy();
			return open.size > 0;
		},
		forget(pool) {
			// Another one may have taken its place while a rate held requests of this one back.
			if (pools.get(pool.origin) === pool) pools.delete(pool.origin);
			if (lastPool === pool) lastPool = undefined;
		},
		tunnel(pool) {
			if (tunnelled.size >= mostTunnelled) tunnelled.clear();
			tunnelled.add(pool.origin);
			agent.forget(pool);
		},
		sweep() {
			now = performance.now();
			for (let one = list.oldest(); one && now - one.idleSinceMs > longestIdleMs; one = list.oldest()) one.destroy();
		},
		destroy() {
			agent.throttle?.close();
			agent.connector.close();
			for (const pool of [...pools.values()]) pool.close();
			for (const connection of [...open]) connection.destroy();
		},
	};
	return agent;
}
