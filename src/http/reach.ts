/** The steps of every connection: addresses found, one of them connected to, TLS agreed upon. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connectFailure, nameFailure, tlsFailure } from "./classify-network-error.ts";
import type { Dial } from "./dial.ts";
import type { Names } from "./names.ts";
import { raceAddresses } from "./race.ts";
import type { Tls } from "./tls.ts";

/** What connections are made with. */
export type Tools = {
	readonly names: Names;
	readonly tls: Tls;
	readonly connectTimeoutMs: number;
	/** What connections read into: its bytes are valid only during `onRead`. */
	readonly readBuffer: Buffer;
	/** Whether an address may be connected to; absent where every one may. */
	readonly isAllowed?: ((address: string) => boolean) | undefined;
};

/** Who is connected to. */
export type Peer = {
	readonly isSecure: boolean;
	/** As in the URL: an IPv6 address stands in brackets. */
	readonly hostname: string;
	readonly port: number;
	/** What messages call it. */
	readonly host: string;
	/** HTTP/1.1 where nothing is said. Whoever speaks `h2` reads from the socket itself. */
	readonly protocol?: "h2" | undefined;
};

/** @param calls - What messages call the name. */
export function lookUp(
	dial: Dial,
	{ names }: Tools,
	name: { readonly hostname: string; readonly calls?: string; next(addresses: readonly string[]): void },
): void {
	const known = knownAddresses(name.hostname);
	if (known) return name.next(known);
	names.lookUp(name.hostname).then(({ addresses, code }) => {
		if (dial.isOver) return;
		if (addresses.length > 0) name.next(addresses);
		else dial.fail(nameFailure(code ?? "ENOTFOUND", name.calls ?? name.hostname));
	});
}

/** Addresses that need no look-up; names of loopback are never asked for (RFC 6761, 6.3). */
export function knownAddresses(hostname: string): readonly string[] | undefined {
	const address = bareAddress(hostname);
	if (isIP(address)) return [address];
	const name = address.endsWith(".") ? address.slice(0, -1) : address;
	return name === "localhost" || name.endsWith(".localhost") ? ["127.0.0.1", "::1"] : undefined;
}

export function bareAddress(hostname: string): string {
	return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

export type Way = {
	readonly addresses: readonly string[];
	/** Whether the socket reads into the memory that all connections share. */
	readonly readsShared: boolean;
	next(socket: Socket): void;
};

/** Connects to the first address that answers, with TLS where the peer has it. */
export function reach(dial: Dial, tools: Tools, { peer, ...way }: Way & { readonly peer: Peer }): void {
	const { tls, readBuffer, connectTimeoutMs } = tools;
	const { host, port, isSecure } = peer;
	const onread = way.readsShared ? { buffer: readBuffer, callback: (bytes: number) => dial.onRead(bytes) } : undefined;
	dial.undo = raceAddresses({
		addresses: way.addresses,
		open: (address) =>
			isSecure
				? tls.connect(peer, address, onread)
				: connectTcp({ host: address, port, noDelay: true, ...(onread && { onread }) }),
		onConnect: (socket) => (isSecure ? awaitTls(dial, { socket, host, next: way.next }) : way.next(socket)),
		onError: (error) => dial.fail(connectFailure(error, host, connectTimeoutMs), codeOf(error)),
	});
}

/** @param secured - A socket that agrees upon TLS; `host` is what messages call the other end. */
export function awaitTls(
	dial: Dial,
	{ socket, host, next }: { readonly socket: Socket; readonly host: string; next(socket: Socket): void },
): void {
	dial.undo = () => socket.destroy();
	socket.on("error", (error) => dial.fail(tlsFailure(error, host), codeOf(error)));
	socket.once("secureConnect", () => {
		socket.removeAllListeners("error");
		next(socket);
	});
}

function codeOf(error: Error): string {
	return "code" in error && typeof error.code === "string" ? error.code : "";
}
