/** TLS over connections: whom to trust, and what was agreed upon before, so that the next handshake is short. */
import { isIP, type OnReadOpts } from "node:net";
import type { ConnectionOptions, SecureContext, TLSSocket } from "node:tls";
import type { Target } from "./connector.ts";

export type TlsOptions = {
	/** PEM text of the certificates to trust instead of the built-in ones. */
	readonly caCertificate?: string;
	readonly insecure: boolean;
};

export type Tls = {
	/** Begins to connect to an address of the target; what is read goes where `onread` says. */
	connect(target: Target, address: string, onread: OnReadOpts): TLSSocket;
};

/** Most origins whose sessions are remembered. */
const keepSessions = 1024;

/** node:tls loads with the first secure connection: many lists need none. */
export function createTls({ caCertificate, insecure }: TlsOptions): Tls {
	const sessions = new Map<string, Buffer>();
	let tls: typeof import("node:tls") | undefined;
	let context: SecureContext | undefined;
	return {
		connect({ host, hostname, port }, address, onread) {
			tls ??= process.getBuiltinModule("node:tls");
			// Made once: reading the certificates takes longer than a handshake.
			context ??= tls.createSecureContext(caCertificate === undefined ? {} : { ca: caCertificate });
			const name = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
			const session = sessions.get(host);
			const options: ConnectionOptions & { readonly onread: OnReadOpts } = {
				host: address,
				port,
				// Addresses are not named to the server (RFC 6066, 3), but stand in certificates.
				...(isIP(name) ? {} : { servername: name }),
				secureContext: context,
				rejectUnauthorized: !insecure,
				ALPNProtocols: ["http/1.1"],
				...(session ? { session } : {}),
				onread,
			};
			const secured = tls.connect(options);
			secured.setNoDelay(true);
			secured.on("session", (ticket) => {
				// The oldest goes: a list may name millions of hosts.
				if (sessions.size >= keepSessions)
					for (const oldest of sessions.keys()) {
						sessions.delete(oldest);
						break;
					}
				sessions.set(host, ticket);
			});
			return secured;
		},
	};
}
