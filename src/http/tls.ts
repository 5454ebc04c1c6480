/** TLS over connections: whom to trust, and what was agreed upon before, so that the next handshake is short. */
import { isIP, type OnReadOpts } from "node:net";
import type { Duplex } from "node:stream";
import type { ConnectionOptions, SecureContext, TLSSocket } from "node:tls";
import { bareAddress, type Peer } from "./reach.ts";

export type TlsOptions = {
	/** PEM text of the certificates to trust instead of the built-in ones. */
	readonly caCertificate?: string;
	readonly insecure: boolean;
};

export type Tls = {
	/** Begins to connect to an address of the target; what is read goes where `onread` says, if it says so. */
	connect(target: Named, address: string, onread: OnReadOpts | undefined): TLSSocket;
	/** Begins to agree upon TLS with the target, over a connection that leads there. */
	over(target: Named, socket: Duplex): TLSSocket;
};

type Named = Pick<Peer, "host" | "hostname" | "port" | "protocol">;

/** Most origins whose sessions are remembered. */
const keepSessions = 1024;

/** node:tls loads with the first secure connection: many lists need none. */
export function createTls({ caCertificate, insecure }: TlsOptions): Tls {
	const sessions = new Map<string, Buffer>();
	let tls: typeof import("node:tls") | undefined;
	let context: SecureContext | undefined;

	const remember = (place: string, ticket: Buffer): void => {
		// The oldest goes: a list may name millions of hosts.
		if (sessions.size >= keepSessions)
			for (const oldest of sessions.keys()) {
				sessions.delete(oldest);
				break;
			}
		sessions.set(place, ticket);
	};
	const start = (named: Named, way: ConnectionOptions & { readonly onread?: OnReadOpts }): TLSSocket => {
		const { host, hostname, protocol } = named;
		tls ??= process.getBuiltinModule("node:tls");
		// Made once: reading the certificates takes longer than a handshake.
		context ??= tls.createSecureContext(caCertificate === undefined ? {} : { ca: caCertificate });
		const name = bareAddress(hostname);
		const place = protocol === "h2" ? `h2 ${host}` : host;
		const session = sessions.get(place);
		const secured = tls.connect({
			...way,
			// Addresses are not named to the server (RFC 6066, 3), but stand in certificates.
			...(isIP(name) ? {} : { servername: name }),
			secureContext: context,
			rejectUnauthorized: !insecure,
			ALPNProtocols: [protocol ?? "http/1.1"],
			...(session ? { session } : {}),
		});
		secured.setNoDelay(true);
		secured.on("session", (ticket) => remember(place, ticket));
		return secured;
	};
	return {
		connect: (target, address, onread) =>
			start(target, { host: address, port: target.port, ...(onread && { onread }) }),
		// Checked against certificates, and not connected to.
		over: (target, socket) => start(target, { host: bareAddress(target.hostname), socket }),
	};
}
