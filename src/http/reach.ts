/** The steps of every connection: addresses found, one of them connected to, TLS agreed upon. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connectFailure, nameFailure, tlsFailure } from "./classify-network-error.ts";
import type { Dial } from "./dial.ts";
import type { Names } from "./names.ts";
import { raceAddresses } from "./race.ts";
import type { Tls } from "./tls.ts";
import { seeThrough, watchEnd } from "./tls-end.ts";

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
	/** Whether it must be told how TLS ended. */
	readonly watchesEnd?: boolean;
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
	const isWatched = isSecure && mustWatch(peer);
	const onread =
		way.readsShared && !isWatched ? { buffer: readBuffer, callback: (bytes: number) => dial.onRead(bytes) } : undefined;
	dial.undo = raceAddresses({
		addresses: way.addresses,
		open: (address) =>
			isSecure && !isWatched
				? tls.connect(peer, address, onread)
				: connectTcp({ host: address, port, noDelay: true, ...(onread && { onread }) }),
		onConnect(socket) {
			if (isWatched) {
				const next = (ready: Socket): void => way.next(readInto(readBuffer, ready, dial));
				secureOver(dial, tools, { peer, socket, host, next });
			} else if (isSecure) awaitTls(dial, { socket, host, next: way.next });
			else way.next(socket);
		},
		onError: (error) => dial.fail(connectFailure(error, host, connectTimeoutMs), codeOf(error)),
	});
}

/** HTTP/2 tells by itself what is whole. */
function mustWatch({ watchesEnd, protocol }: Peer): boolean {
	return watchesEnd === true && protocol === undefined;
}

/** Agrees upon TLS over a connection that leads to the peer. */
export function secureOver(
	dial: Dial,
	{ tls }: Pick<Tools, "tls">,
	way: { readonly peer: Peer; readonly socket: Socket; readonly host: string; next(socket: Socket): void },
): void {
	const { peer, host, next } = way;
	// What breaks is told by the socket around it.
	const socket = way.socket.on("error", () => undefined);
	if (!mustWatch(peer)) return awaitTls(dial, { socket: tls.over(peer, socket), host, next });
	const seen = seeThrough(socket);
	const secured = tls.over(peer, seen.stream);
	watchEnd(secured, seen);
	awaitTls(dial, { socket: secured, host, next });
}

/** Node lets only a socket that it connected itself read into memory of ours: what others read is copied there. */
export function readInto(readBuffer: Buffer, socket: Socket, dial: Dial): Socket {
	socket.on("data", (data: Buffer) => {
		for (let at = 0; at < data.length && !socket.destroyed; at += readBuffer.length) {
			const bytes = data.copy(readBuffer, 0, at);
			if (!dial.onRead(bytes)) socket.pause();
		}
	});
	// Whoever connected it has read what was for him, and no further.
	return socket.resume();
}

/** @param secured - A socket that agrees upon TLS; `host` is what messages call the other end. */
function awaitTls(
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
