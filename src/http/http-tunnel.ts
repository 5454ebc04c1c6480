/** A tunnel through an HTTP proxy (CONNECT, RFC 9110, 9.3.6): asked for, and its answer read. */
import type { Socket } from "node:net";
import { type Failure, permanent, transient } from "../core/failure.ts";
import { type ProxyServer, proxyLabel } from "../core/proxy.ts";
import { isTransientStatus } from "../core/retry.ts";
import { beginsHttp2 } from "./http2-connect.ts";
import { proxyFields, proxyWants } from "./proxied.ts";
import { noStatusLine, parseHead, type ResponseHead } from "./response-head.ts";

/** Longest answer, as of servers. */
const longestHead = 64 * 1024;
const answerStart = "HTTP/";
const headEnd = /\r?\n\r?\n/;

export type Tunnel = {
	/** Connected to the proxy; nothing has been read from it. */
	readonly socket: Socket;
	readonly proxy: ProxyServer;
	/** As in a URL: an IPv6 address stands in brackets. */
	readonly hostname: string;
	readonly port: number;
	/** Whether TLS is spoken within. */
	readonly isSecure: boolean;
	onOpen(): void;
	onFailure(failure: Failure): void;
};

/** Destroying the socket ends it. */
export function openHttpTunnel(tunnel: Tunnel): void {
	const { socket, proxy, hostname, port, onOpen, onFailure } = tunnel;
	const label = proxyLabel(proxy);
	const target = `${hostname}:${port}`;
	let text = "";
	const end = (failure: Failure | undefined): void => {
		socket.off("data", read).off("end", lose).off("error", lose).off("close", loseClosed).pause();
		if (failure) onFailure(failure);
		else onOpen();
	};
	const lose = (error?: Error): void => {
		if (text !== "" && !mayBeHead(text)) return end(noHttp(label, noStatusLine(text)));
		const why = error && "code" in error ? ` (${String(error.code)})` : "";
		const where = text === "" ? "without an answer" : "within its answer";
		end(transient("reset", `${label} closed the connection ${where} to CONNECT${why}`));
	};
	const loseClosed = (): void => lose();
	const read = (data: Buffer): void => {
		text += data.toString("latin1");
		for (let found = headEnd.exec(text); found; found = headEnd.exec(text)) {
			const head = parseHead(text.slice(0, found.index + 1));
			if (typeof head === "string") return end(noHttp(label, head));
			text = text.slice(found.index + found[0].length);
			if (head.status < 200) continue;
			if (head.status >= 300) return end(refusal(proxy, head, target));
			return end(judgeEarly(tunnel, Buffer.from(text, "latin1")));
		}
		if (text.length > longestHead) end(noHttp(label, "a head of more than 64 KiB"));
	};
	socket.on("data", read).once("end", lose).once("error", lose).once("close", loseClosed);
	const fields = proxyFields(proxy);
	const authorization = fields.length === 0 ? "" : `${fields.join(": ")}\r\n`;
	socket.write(`CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n${authorization}\r\n`, "latin1");
}

/** What came behind the proxy's answer, and before anything was asked of the host, must not be taken for an answer of that. */
export function judgeEarly({ socket, proxy, hostname, port, isSecure }: Tunnel, bytes: Buffer): Failure | undefined {
	if (bytes.length === 0) return undefined;
	// Servers of HTTP/2 may speak first; within TLS it is the client who does.
	if (!isSecure && beginsHttp2(bytes, bytes.length)) {
		socket.pause().unshift(bytes);
		return undefined;
	}
	return permanent("protocol", `${proxyLabel(proxy)} sent bytes of its own into the tunnel to ${hostname}:${port}`);
}

/** Whether it is the beginning of an answer, which may come as a whole the next time. */
function mayBeHead(text: string): boolean {
	return text.startsWith(answerStart) || answerStart.startsWith(text);
}

function refusal(proxy: ProxyServer, head: ResponseHead, target: string): Failure {
	const { status } = head;
	const make = isTransientStatus(status) ? transient : permanent;
	// tinyproxy answers 401 where a password is wrong.
	const why =
		status === 407 || status === 401
			? `: ${proxyWants(proxy, head.fields("proxy-authenticate"))}`
			: ` to CONNECT ${target}`;
	return make(`http_${status}`, `${proxyLabel(proxy)} answered ${status}${why}`);
}

function noHttp(label: string, problem: string): Failure {
	return permanent("protocol", `${label} did not answer in valid HTTP: ${problem}`);
}
