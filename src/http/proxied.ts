/** What a request through a proxy has of its own: its form, and what messages call who is at the other end. */
import { type ProxyServer, proxyLabel } from "../core/proxy.ts";
import { parseChallenges } from "./challenges.ts";
import { basicAuthorization } from "./credentials.ts";
import { wireForm } from "./request-headers.ts";
import type { ResponseHead } from "./response-head.ts";

/** The absolute form (RFC 9112, 3.2.2), which proxies get for http. */
export type ProxyForm = {
	/** Stands before the path: the origin. */
	readonly prefix: string;
	/** Names and values in turn. */
	readonly fields: readonly string[];
};

/** Undefined where a tunnel leads to the origin, which is then asked as any other. */
export function proxyForm(proxy: ProxyServer | undefined, origin: string): ProxyForm | undefined {
	if (!proxy || needsTunnel(proxy, origin.startsWith("https:"))) return undefined;
	return { prefix: origin, fields: proxyFields(proxy) };
}

export function needsTunnel({ kind, tunnelsAll }: ProxyServer, isSecure: boolean): boolean {
	return isSecure || tunnelsAll === true || kind === "socks5" || kind === "socks5h";
}

/** Whether a proxy that was asked in absolute form says that it wants to be asked for a tunnel (RFC 9110, 10.2.1). */
export function asksForTunnel(head: ResponseHead): boolean {
	if (head.status !== 405) return false;
	const allowed = head
		.fields("allow")
		.flatMap((value) => value.split(",").map((method) => method.trim().toUpperCase()));
	return allowed.includes("CONNECT") && !allowed.includes("GET");
}

export function proxyFields({ credentials, authorization }: ProxyServer): string[] {
	if (authorization !== undefined) return ["proxy-authorization", wireForm(authorization)];
	return credentials ? ["proxy-authorization", basicAuthorization(credentials)] : [];
}

/** What a status says that came through a proxy, from it or from the host. */
export function proxiedAnswer(proxy: ProxyServer, host: string, head: ResponseHead): string {
	const { status } = head;
	if (status !== 407) return `${host} answered ${status} through ${proxyLabel(proxy)}`;
	return `${proxyLabel(proxy)} answered 407: ${proxyWants(proxy, head.fields("proxy-authenticate"))}`;
}

/** Why a proxy answered 407, and what the user can do. @param fields - Its Proxy-Authenticate. */
export function proxyWants({ credentials, authorization }: ProxyServer, fields: readonly string[]): string {
	if (authorization !== undefined) return "it refuses the Proxy-Authorization of --header";
	const schemes = new Set(parseChallenges(fields).map(({ scheme }) => scheme));
	if (schemes.size > 0 && !schemes.has("basic")) {
		return `it asks for ${[...schemes].join(" or ")}, and downspout knows basic alone`;
	}
	return credentials
		? "it refuses the user name and password"
		: "it wants a user name and password: USER:PASSWORD@ before its name in --proxy";
}

/** What messages call the peer of connections to a host. */
export function peerOf(host: string, proxy: ProxyServer | undefined, isSecure: boolean): string {
	if (!proxy) return host;
	return needsTunnel(proxy, isSecure) ? `${host} behind ${proxyLabel(proxy)}` : proxyLabel(proxy);
}
