/** Which proxy an origin goes through: a pure function of the settings and the origin. */
import ipaddr from "ipaddr.js";
import type { ProxyServer, ProxySettings } from "./proxy.ts";

type Ip = ReturnType<typeof ipaddr.process>;

/** What is asked: the host without brackets and a dot at its end, its port, and the address that it may be. */
type Asked = { readonly name: string; readonly port: number; readonly ip: Ip | undefined };
type Exception = (asked: Asked) => boolean;

/** The function for settings that stay the same. @returns Undefined for an origin that is asked directly. */
export function createProxyChoice(settings: ProxySettings): (origin: string) => ProxyServer | undefined {
	const exceptions = settings.noProxy.map(readException);
	return (origin) => {
		const { protocol, hostname, port } = new URL(origin);
		const isSecure = protocol === "https:";
		const proxy = isSecure ? settings.https : settings.http;
		if (!proxy) return undefined;
		const name = bareName(hostname);
		const asked = { name, port: port === "" ? (isSecure ? 443 : 80) : Number(port), ip: ipOf(name) };
		return exceptions.some((holds) => holds(asked)) ? undefined : proxy;
	};
}

/** One entry of `no_proxy`, as curl reads it: a leading dot changes nothing, a name stands for all below it. */
function readException(entry: string): Exception {
	if (entry === "*") return () => true;
	const network = networkOf(entry);
	if (network) return ({ ip }) => ip !== undefined && isWithin(ip, network);
	const [, host = "", port] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::([0-9]+))?$/.exec(entry) ?? [];
	const name = bareName(host.replace(/^\*?\.(?=.)/, ""));
	const address = ipOf(name);
	return (asked) => {
		if (port !== undefined && Number(port) !== asked.port) return false;
		if (asked.ip || address) return asked.ip?.toString() === address?.toString();
		return asked.name === name || asked.name.endsWith(`.${name}`);
	};
}

function networkOf(entry: string): [Ip, number] | undefined {
	if (!entry.includes("/")) return undefined;
	const text = entry.replace(/[[\]]/g, "");
	return ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : undefined;
}

function isWithin(ip: Ip, [network, bits]: [Ip, number]): boolean {
	return ip.kind() === network.kind() && ip.match(network, bits);
}

function bareName(hostname: string): string {
	return hostname.toLowerCase().replace(/^\[|\]$|\.$/g, "");
}

/** IPv4 that is mapped into IPv6 is IPv4. */
function ipOf(name: string): Ip | undefined {
	return ipaddr.isValid(name) ? ipaddr.process(name) : undefined;
}
