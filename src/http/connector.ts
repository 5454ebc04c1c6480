/** Makes connections: the name looked up, the addresses raced, TLS agreed upon, all within one time limit. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import type { Failure } from "../core/failure.ts";
import { transient } from "../core/failure.ts";
import { connectFailure, nameFailure, tlsFailure } from "./classify-network-error.ts";
import { createNames } from "./names.ts";
import { raceAddresses } from "./race.ts";
import { createTls, type TlsOptions } from "./tls.ts";

/** Where a connection leads. */
export type Target = {
	readonly isSecure: boolean;
	/** As in the URL: an IPv6 address stands in brackets. */
	readonly hostname: string;
	readonly port: number;
	/** Host and port as users know them, for messages. */
	readonly host: string;
};

export type Connecting = {
	/** Called with how much was read into the memory that all connections share. */
	onRead(bytes: number): boolean;
	onConnect(socket: Socket): void;
	/** @param code - Of the system, where it has one: a process that is short of descriptors may try again. */
	onError(failure: Failure, code: string): void;
};

export type Connector = {
	/** @returns Gives up; nobody hears of it any more. */
	connect(target: Target, connecting: Connecting): () => void;
	/** Forgets what is looked up. */
	close(): void;
};

export type ConnectorOptions = TlsOptions & {
	readonly connectTimeoutMs: number;
	/** What connections read into: its bytes are valid only during `onRead`. */
	readonly readBuffer: Buffer;
};

export function createConnector(options: ConnectorOptions): Connector {
	const names = createNames();
	const tls = createTls(options);
	const { connectTimeoutMs } = options;

	const connect = (target: Target, connecting: Connecting): (() => void) => {
		const { host, hostname, port, isSecure } = target;
		const onread = { buffer: options.readBuffer, callback: (bytes: number) => connecting.onRead(bytes) };
		let undo = (): void => undefined;
		let isOver = false;

		const end = (): boolean => {
			if (isOver) return false;
			isOver = true;
			clearTimeout(timer);
			undo();
			return true;
		};
		const fail = (failure: Failure, code = ""): void => {
			if (end()) connecting.onError(failure, code);
		};
		const succeed = (socket: Socket): void => {
			undo = () => undefined;
			if (end()) connecting.onConnect(socket);
			else socket.destroy();
		};
		const race = (addresses: readonly string[]): void => {
			if (isOver) return;
			undo = raceAddresses({
				addresses,
				open: (address) =>
					isSecure ? tls.connect(target, address, onread) : connectTcp({ host: address, port, noDelay: true, onread }),
				onConnect: (socket) => (isSecure ? awaitTls(socket) : succeed(socket)),
				onError: (error) => fail(connectFailure(error, host, connectTimeoutMs), codeOf(error)),
			});
		};
		const awaitTls = (socket: Socket): void => {
			undo = () => socket.destroy();
			socket.on("error", (error) => fail(tlsFailure(error, host)));
			socket.once("secureConnect", () => {
				socket.removeAllListeners("error");
				succeed(socket);
			});
		};
		const timer = setTimeout(() => {
			const seconds = connectTimeoutMs / 1000;
			fail(transient("timeout", `no connection to ${host} within ${seconds} s (--connect-timeout)`));
		}, connectTimeoutMs);

		const known = knownAddresses(hostname);
		if (known) race(known);
		else {
			names.lookUp(hostname).then(({ addresses, code }) => {
				if (addresses.length > 0) race(addresses);
				else fail(nameFailure(code ?? "ENOTFOUND", hostname));
			});
		}
		return end;
	};
	return { connect, close: names.close };
}

/** Addresses that need no look-up; names of loopback are never asked for (RFC 6761, 6.3). */
function knownAddresses(hostname: string): readonly string[] | undefined {
	const address = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
	if (isIP(address)) return [address];
	const name = address.endsWith(".") ? address.slice(0, -1) : address;
	return name === "localhost" || name.endsWith(".localhost") ? ["127.0.0.1", "::1"] : undefined;
}

function codeOf(error: Error): string {
	return "code" in error && typeof error.code === "string" ? error.code : "";
}
