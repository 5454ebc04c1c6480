/** Connections through a proxy: to it for http, through a tunnel of it for https, and for all with SOCKS. */
import type { Socket } from "node:net";
import type { Failure } from "../core/failure.ts";
import { type ProxyServer, proxyLabel } from "../core/proxy.ts";
import { deniedFailure } from "./classify-network-error.ts";
import type { Dial } from "./dial.ts";
import { openHttpTunnel } from "./http-tunnel.ts";
import { needsTunnel } from "./proxied.ts";
import { knownAddresses, lookUp, type Peer, reach, readInto, secureOver, type Tools } from "./reach.ts";
import { openSocksTunnel } from "./socks-tunnel.ts";

export type ProxiedTarget = Peer & { readonly proxy: ProxyServer };

/** What the user named is not judged; behind it are names that only the proxy looks up, and addresses, which are. */
export function connectThroughProxy(dial: Dial, tools: Tools, target: ProxiedTarget): void {
	const { hostname, host, proxy } = target;
	const { isAllowed } = tools;
	const judge = (found: readonly string[], next: (allowed: readonly string[]) => void): void => {
		const allowed = isAllowed ? found.filter(isAllowed) : found;
		if (allowed.length === 0) dial.fail(deniedFailure(host, found));
		else next(allowed);
	};
	const go = (destinations: readonly string[]): void =>
		lookUp(dial, tools, {
			hostname: proxy.hostname,
			calls: `${proxy.hostname} (the proxy)`,
			next: (addresses) => connectBy(dial, tools, { target, addresses, destinations }),
		});
	if (proxy.kind === "socks5") {
		return lookUp(dial, tools, { hostname, next: (found) => judge(found, go) });
	}
	const known = knownAddresses(hostname);
	if (known) judge(known, () => go([hostname]));
	else go([hostname]);
}

type Route = {
	readonly target: ProxiedTarget;
	/** Of the proxy. */
	readonly addresses: readonly string[];
	/** What the proxy is asked for: the host, or its addresses, one after the other. */
	readonly destinations: readonly string[];
};

function connectBy(dial: Dial, tools: Tools, route: Route): void {
	const { target, addresses, destinations } = route;
	const { proxy } = target;
	const peer: Peer = { ...proxy, isSecure: proxy.kind === "https", host: proxyLabel(proxy) };
	if (!needsTunnel(proxy, target.isSecure)) {
		return reach(dial, tools, { peer, addresses, readsShared: true, next: dial.succeed });
	}
	const [hostname = target.hostname, ...others] = destinations;
	const next = (socket: Socket): void => {
		dial.undo = () => socket.destroy();
		const tunnel = {
			socket,
			proxy,
			hostname,
			port: target.port,
			isSecure: target.isSecure,
			timeoutMs: tools.connectTimeoutMs,
			onOpen: () => useTunnel(dial, tools, { target, socket }),
			onFailure(failure: Failure) {
				socket.destroy();
				if (dial.isOver) return;
				const mayGoOn = failure.code === "connect" && failure.transient && others.length > 0;
				if (mayGoOn) connectBy(dial, tools, { ...route, destinations: others });
				else dial.fail(failure);
			},
		};
		if (proxy.kind === "http" || proxy.kind === "https") openHttpTunnel(tunnel);
		else void openSocksTunnel(tunnel);
	};
	reach(dial, tools, { peer, addresses, readsShared: false, next });
}

function useTunnel(
	dial: Dial,
	tools: Tools,
	{ target, socket }: { readonly target: ProxiedTarget; readonly socket: Socket },
): void {
	if (dial.isOver) return;
	const hand = (ready: Socket): void => dial.succeed(target.protocol ? ready : readInto(tools.readBuffer, ready, dial));
	if (!target.isSecure) return hand(socket);
	const host = `${target.host} behind ${proxyLabel(target.proxy)}`;
	secureOver(dial, tools, { peer: target, socket, host, next: hand });
}
