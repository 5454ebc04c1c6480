/** A tunnel through a SOCKS5 proxy (RFC 1928): the library's handshake over a connection that stands already. */
import type { Socket } from "node:net";
import { describe } from "../core/describe-error.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";
import { proxyLabel } from "../core/proxy.ts";
import { judgeEarly, type Tunnel } from "./http-tunnel.ts";

export type SocksTunnel = Tunnel & { readonly timeoutMs: number };

/** The handshake has one byte for the length of a name. */
const longestName = 255;

/** The library loads with the first tunnel. Destroying the socket ends it. */
export async function openSocksTunnel(tunnel: SocksTunnel): Promise<void> {
	const { socket, proxy, hostname, port, timeoutMs, onOpen, onFailure } = tunnel;
	if (hostname.length > longestName) {
		return onFailure(permanent("dns", `a name of ${hostname.length} bytes is too long for ${proxyLabel(proxy)}`));
	}
	// A socket that breaks while the library loads says so when it writes.
	const ignore = (): void => undefined;
	socket.on("error", ignore);
	const loaded = await import("socks").catch((reason: unknown) => describe(reason));
	if ("message" in loaded) return onFailure(permanent("io", `what speaks SOCKS cannot be loaded: ${loaded.message}`));
	const { SocksClient } = loaded;
	const login = proxy.credentials && { userId: proxy.credentials.user, password: proxy.credentials.password };
	const error = await SocksClient.createConnection({
		proxy: { host: bare(proxy.hostname), port: proxy.port, type: 5, ...login },
		command: "connect",
		destination: { host: bare(hostname), port },
		existing_socket: socket,
		timeout: timeoutMs,
	}).then(
		() => undefined,
		(reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason))),
	);
	const failure = error ? failureOf(error.message, tunnel) : judgeEarly(tunnel, await readEarly(socket));
	socket.off("error", ignore);
	if (failure) onFailure(failure);
	else onOpen();
}

/** The library hands on what came behind the last answer as soon as it lets the socket flow again. */
async function readEarly(socket: Socket): Promise<Buffer> {
	const chunks: Buffer[] = [];
	const keep = (chunk: Buffer): void => void chunks.push(chunk);
	socket.on("data", keep);
	await new Promise(setImmediate);
	socket.off("data", keep).pause();
	return Buffer.concat(chunks);
}

function failureOf(message: string, { proxy, hostname, port }: Tunnel): Failure {
	const label = proxyLabel(proxy);
	const [, answer] = /^Socks5 proxy rejected connection - (\w*)/.exec(message) ?? [];
	if (answer !== undefined) {
		const why = answer.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
		const make = answer === "NotAllowed" || answer === "CommandNotSupported" ? permanent : transient;
		return make("connect", `${label} cannot connect to ${hostname}:${port}: ${why}`);
	}
	if (/authentication failed/i.test(message)) {
		return permanent("connect", `${label} refuses the user name and password`);
	}
	if (/no accepted authentication/i.test(message)) {
		return permanent("connect", `${label} wants a user name and password: USER:PASSWORD@ before its name in --proxy`);
	}
	if (/invalid|unknown authentication/i.test(message)) {
		return permanent("protocol", `${label} did not answer as SOCKS5 does`);
	}
	return transient("reset", `${label} closed the connection within the handshake (${message})`);
}

function bare(hostname: string): string {
	return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}
