/** Connections that HTTP/2 is spoken over: the server must have agreed to it where there is TLS. */
import type { Socket } from "node:net";
import { type Failure, permanent } from "../core/failure.ts";
import type { Http2Mode } from "../core/options.ts";
import type { Connector, Target } from "./connector.ts";
import type { Connecting } from "./dial.ts";

const noCommonProtocol = "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL";
const settings = 4;
const goaway = 7;

/** Whether a handshake failed because the server speaks nothing of what we offered. */
export function speaksNothingOffered(code: string): boolean {
	return code === noCommonProtocol;
}

/** Whether what came instead of an answer in HTTP/1.1 is how servers begin that speak HTTP/2 alone (RFC 9113, 3.4). */
export function beginsHttp2(bytes: Buffer, length: number): boolean {
	if (length < 9 || bytes.readUInt16BE(0) !== 0) return false;
	const type = bytes[3];
	return (type === settings || type === goaway) && bytes.readUInt32BE(5) === 0;
}

/** @returns Gives up; nobody hears of it any more. */
export function connectHttp2(
	{ connector, mode }: { readonly connector: Connector; readonly mode: Http2Mode },
	target: Target,
	connecting: Connecting,
): () => void {
	return connector.connect(
		{ ...target, protocol: "h2" },
		{
			...connecting,
			onConnect(socket) {
				const agreed = target.isSecure ? agreedUpon(socket) : "h2";
				// One that is known to speak it need not know how to agree upon it.
				if (agreed === "h2" || (agreed === undefined && mode === "auto")) return connecting.onConnect(socket);
				socket.destroy();
				connecting.onError(noHttp2(target.host), "");
			},
			onError(failure, code) {
				connecting.onError(speaksNothingOffered(code) ? noHttp2(target.host) : failure, code);
			},
		},
	);
}

function agreedUpon(socket: Socket): string | undefined {
	return "alpnProtocol" in socket && typeof socket.alpnProtocol === "string" ? socket.alpnProtocol : undefined;
}

function noHttp2(host: string): Failure {
	return permanent("protocol", `${host} does not speak HTTP/2 (--http2)`);
}
