/** Proxies as users name them: a URL, or the variables of the environment. */
import { decodePercent } from "./percent.ts";
import { quote } from "./read-option.ts";
import { UsageError } from "./usage-error.ts";

export const proxyKinds = ["http", "https", "socks5", "socks5h"] as const;
/** `socks5` gets addresses, `socks5h` looks names up itself. */
export type ProxyKind = (typeof proxyKinds)[number];

/** Plain data: workers get it with the options. */
export type ProxyServer = {
	readonly kind: ProxyKind;
	/** As in a URL: an IPv6 address stands in brackets. */
	readonly hostname: string;
	readonly port: number;
	readonly credentials?: { readonly user: string; readonly password: string };
	/** What the user shows to HTTP proxies instead, as a field's value. */
	readonly authorization?: string;
	/** Whether http goes through a tunnel as well: the proxy wants it so. */
	readonly tunnelsAll?: boolean;
};

/** Which proxy for which scheme, and what goes past them. */
export type ProxySettings = {
	readonly http?: ProxyServer;
	readonly https?: ProxyServer;
	/** As in `no_proxy`: names with all below them, addresses, networks, each with a port or without. */
	readonly noProxy: readonly string[];
};

export type Environment = { readonly [name: string]: string | undefined };

const defaultPorts = { http: 80, https: 443, socks5: 1080, socks5h: 1080 } as const;

/**
 * The proxies of a run; undefined where there are none.
 * @param given - Of `--proxy`, which stands for the variables of proxies, but not for `no_proxy`.
 * @throws {UsageError} what names a proxy names none.
 */
export function readProxies(given: string | undefined, environment: Environment): ProxySettings | undefined {
	const noProxy = (environment.no_proxy || environment.NO_PROXY || "").split(/[\s,]+/).filter((entry) => entry !== "");
	if (given !== undefined) {
		const proxy = read("--proxy", given);
		return { http: proxy, https: proxy, noProxy };
	}
	// A web server hands a header "Proxy:" of its visitor to CGI programs as HTTP_PROXY.
	const isCgi = environment.REQUEST_METHOD !== undefined;
	const http = variable(environment, "http_proxy", ...(isCgi ? [] : ["HTTP_PROXY"]));
	const https = variable(environment, "https_proxy", "HTTPS_PROXY");
	if (http && https) return { http, https, noProxy };
	// Desktops set it to kinds of proxies that are not known here, beside the other two: it is read where it is needed.
	const all = variable(environment, "all_proxy", "ALL_PROXY");
	const [forHttp, forHttps] = [http ?? all, https ?? all];
	return forHttp || forHttps
		? { ...(forHttp && { http: forHttp }), ...(forHttps && { https: forHttps }), noProxy }
		: undefined;
}

/** The same, with what `--header 'Proxy-Authorization: …'` says: proxies get it, and nobody else. */
export function withAuthorization(proxies: ProxySettings, authorization: string): ProxySettings {
	const { http, https } = proxies;
	return {
		...proxies,
		...(http && { http: { ...http, authorization } }),
		...(https && { https: { ...https, authorization } }),
	};
}

/** What messages call a proxy. Its credentials appear nowhere. */
export function proxyLabel({ hostname, port }: ProxyServer): string {
	return `the proxy ${hostname}:${port}`;
}

/** The first of the variables that is set and not empty. */
function variable(environment: Environment, ...names: readonly string[]): ProxyServer | undefined {
	for (const name of names) {
		const text = environment[name]?.trim();
		if (text) return read(name, text);
	}
	return undefined;
}

function read(source: string, text: string): ProxyServer {
	const proxy = parseProxy(text);
	if (typeof proxy !== "string") return proxy;
	// Whatever it is, a password may be in it.
	const shown = text.slice(text.lastIndexOf("@") + 1);
	throw new UsageError(`${source}: ${quote(shown)} ${proxy}, expected http://[USER:PASSWORD@]HOST:PORT or the like`);
}

/** @returns The proxy, or the end of a sentence that says what is wrong. */
export function parseProxy(text: string): ProxyServer | string {
	const [, scheme = "http", rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(text.trim()) ?? [];
	const kind = proxyKinds.find((one) => one === scheme.toLowerCase());
	if (!kind) return `is no proxy of a kind that is known (${proxyKinds.join(", ")})`;
	// Read as http whatever it is: of other schemes the parser looks at neither names nor addresses.
	if (!URL.canParse(`http://${rest}`)) return "is no URL of a proxy";
	const { hostname, username, password } = new URL(`http://${rest}`);
	const [authority = ""] = rest.split(/[/\\?#]/, 1);
	const named = /:([0-9]+)$/.exec(authority)?.[1];
	const port = named === undefined ? defaultPorts[kind] : Number(named);
	if (port === 0) return "names port 0";
	const credentials = { user: decodePercent(username), password: decodePercent(password) };
	if (kind.startsWith("socks") && isTooLong(credentials)) return "has a user name or password of more than 255 bytes";
	return { kind, hostname, port, ...(username === "" && password === "" ? {} : { credentials }) };
}

/** The handshake of SOCKS has one byte for each length (RFC 1929). */
function isTooLong({ user, password }: { readonly user: string; readonly password: string }): boolean {
	const encoder = new TextEncoder();
	return [user, password].some((text) => encoder.encode(text).length > 255);
}
