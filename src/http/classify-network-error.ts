/** Names what went wrong on the network: from the errors of sockets, TLS and HTTP to the failure codes of the contract. */
import { describe, firstLine } from "../core/describe-error.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";

/** What the error met: it tells a connection that never was from one that broke. */
export type NetworkContext = {
	readonly host: string;
	readonly connected: boolean;
	readonly answered: boolean;
	readonly connectTimeoutMs: number;
};

const tlsCodes = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;
const protocolCodes = /^(HPE|UND_ERR_(HEADERS_OVERFLOW|RES_|INVALID_ARG|INVALID_RETURN)|ERR_HTTP)/;
const connectCodes = new Set([
	"ECONNREFUSED",
	"EHOSTUNREACH",
	"ENETUNREACH",
	"EADDRNOTAVAIL",
	"EHOSTDOWN",
	"ENETDOWN",
	"EACCES",
	"EPERM",
	"EINVAL",
]);
const exhaustedCodes = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);

/** Classifies an error that ended an exchange. */
export function classifyNetworkError(error: unknown, context: NetworkContext): Failure {
	const { code, message, syscall } = describe(error);
	const { host } = context;
	if (code === "UND_ERR_CONNECT_TIMEOUT" || (code === "ETIMEDOUT" && !context.connected)) {
		return transient(
			"timeout",
			`no connection to ${host} within ${context.connectTimeoutMs / 1000} s (--connect-timeout)`,
		);
	}
	if (syscall === "getaddrinfo" || code === "ENOTFOUND" || code.startsWith("EAI_")) return dnsFailure(code, host);
	if (tlsCodes.test(code) || /certificate|altnames/i.test(message)) return tlsFailure(code, message, host);
	if (exhaustedCodes.has(code))
		return transient(
			"io",
			`no more ${code === "ENOMEM" ? "memory" : "sockets or files"} (${code}): lower --concurrency or raise ulimit -n`,
		);
	if (protocolCodes.test(code) || message === "bad upgrade") return protocolFailure(code, message, context);
	if (!context.connected) {
		const why = connectCodes.has(code) || code.startsWith("E") ? code : message;
		return transient("connect", `cannot connect to ${host}: ${why === "ECONNREFUSED" ? "connection refused" : why}`);
	}
	if (code === "ETIMEDOUT") return transient("timeout", `${host} stopped answering`);
	if (context.answered && closedEarly(code, message))
		return transient("truncated", `${host} closed the connection before the body was complete`);
	return transient(
		"reset",
		`${host} closed the connection ${context.answered ? "within the body" : "without an answer"} (${code || message})`,
	);
}

function closedEarly(code: string, message: string): boolean {
	return (
		message === "other side closed" ||
		code === "HPE_INVALID_EOF_STATE" ||
		code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH"
	);
}

function dnsFailure(code: string, host: string): Failure {
	if (code === "ENOTFOUND" || code === "EAI_NONAME")
		return permanent("dns", `unknown host ${host}: check the spelling`);
	return transient("dns", `the name ${host} could not be looked up (${code})`);
}

function tlsFailure(code: string, message: string, host: string): Failure {
	if (code === "EPROTO" || code.startsWith("ERR_SSL"))
		return permanent("tls", `no TLS with ${host}: ${opensslReason(message)}`);
	return permanent(
		"tls",
		`the certificate of ${host} is not trusted (${code || firstLine(message)}): see --ca-certificate`,
	);
}

/** OpenSSL says `THREAD:error:NUMBER:LIBRARY:FUNCTION:REASON:FILE:LINE:`; users need the reason. */
function opensslReason(message: string): string {
	const reason = /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/i.exec(message)?.[1];
	return reason === undefined
		? firstLine(message)
		: reason === "wrong version number"
			? "its answer is not TLS"
			: reason;
}

function protocolFailure(code: string, message: string, context: NetworkContext): Failure {
	if (context.answered && closedEarly(code, message))
		return transient("truncated", `${context.host} closed the connection before the body was complete`);
	if (code === "UND_ERR_HEADERS_OVERFLOW")
		return permanent("protocol", `the response head of ${context.host} is larger than 64 KiB`);
	return permanent("protocol", `${context.host} did not answer in valid HTTP (${code}: ${firstLine(message)})`);
}
