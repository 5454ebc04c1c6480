/** Makes connections: the name looked up, the addresses raced, a proxy asked, TLS agreed upon, all within one time limit. */
import { transient } from "../core/failure.ts";
import { type ProxyServer, proxyLabel } from "../core/proxy.ts";
import { deniedFailure } from "./classify-network-error.ts";
import { type Connecting, createDial } from "./dial.ts";
import { createNames } from "./names.ts";
import { connectThroughProxy } from "./proxy-connector.ts";
import { lookUp, type Peer, reach, type Tools } from "./reach.ts";
import { createTls, type TlsOptions } from "./tls.ts";

/** Where a connection leads, what it goes through, and what is spoken at its end. */
export type Target = Peer & { readonly proxy?: ProxyServer | undefined };

export type Connector = {
	/** @returns Gives up; nobody hears of it any more. */
	connect(target: Target, connecting: Connecting): () => void;
	/** From now on connections to the target tell how their TLS ended. */
	watchEnd(target: Target): void;
	/** Forgets what is looked up. */
	close(): void;
};

export type ConnectorOptions = TlsOptions & Pick<Tools, "connectTimeoutMs" | "readBuffer" | "isAllowed">;

/** Most hosts whose ends are watched; one that is forgotten is asked once more. */
const mostWatched = 1024;

export function createConnector(options: ConnectorOptions): Connector {
	const names = createNames();
	const { connectTimeoutMs, readBuffer, isAllowed } = options;
	const tools: Tools = { names, tls: createTls(options), connectTimeoutMs, readBuffer, isAllowed };

	const watched = new Set<string>();

	const connect = (asked: Target, connecting: Connecting): (() => void) => {
		const target = watched.has(asked.host) ? { ...asked, watchesEnd: true } : asked;
		const { host, proxy } = target;
		const dial = createDial(connecting, {
			timeoutMs: connectTimeoutMs,
			timeout() {
				const where = proxy ? `${host} through ${proxyLabel(proxy)}` : host;
				const seconds = connectTimeoutMs / 1000;
				return transient("timeout", `no connection to ${where} within ${seconds} s (--connect-timeout)`);
			},
		});
		if (proxy) connectThroughProxy(dial, tools, { ...target, proxy });
		else {
			lookUp(dial, tools, {
				hostname: target.hostname,
				next(found) {
					const addresses = isAllowed ? found.filter(isAllowed) : found;
					if (addresses.length === 0) return dial.fail(deniedFailure(host, found));
					reach(dial, tools, { peer: target, addresses, readsShared: !target.protocol, next: dial.succeed });
				},
			});
		}
		return dial.end;
	};
	return {
		connect,
		watchEnd({ host }) {
			if (watched.size >= mostWatched) watched.clear();
			watched.add(host);
		},
		close: names.close,
	};
}

/** @param origin - Such as `https://example.org:8443`. */
export function targetOf(origin: string, proxy: ProxyServer | undefined): Target {
	const { protocol, hostname, port, host } = new URL(origin);
	const isSecure = protocol === "https:";
	return { isSecure, hostname, host, port: port === "" ? (isSecure ? 443 : 80) : Number(port), proxy };
}
