/** Names what went wrong on the network: from the errors of sockets and TLS to the failure codes of the contract. */
import { describe, firstLine } from "../core/describe-error.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";

/** The system has no more sockets, files or memory. */
const exhaustedCodes = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);
const unreachableCodes = new Set(["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL"]);

export function isExhausted(code: string): boolean {
	return exhaustedCodes.has(code);
}

/** No connection came about. */
export function connectFailure(error: Error, host: string, connectTimeoutMs: number): Failure {
	const { code, message } = describe(error);
	if (code === "ETIMEDOUT") {
		return transient("timeout", `no connection to ${host} within ${connectTimeoutMs / 1000} s (--connect-timeout)`);
	}
	if (exhaustedCodes.has(code)) return exhausted(code);
	const why =
		code === "ECONNREFUSED" ? "connection refused" : unreachableCodes.has(code) ? `no way there (${code})` : code;
	return transient("connect", `cannot connect to ${host}: ${why || firstLine(message)}`);
}

/** A connection that stood broke; what was under way is told apart by what had arrived. */
export function brokenFailure(error: Error, host: string, answered: boolean): Failure {
	const { code, message } = describe(error);
	if (code === "ETIMEDOUT") return transient("timeout", `${host} stopped answering`);
	if (exhaustedCodes.has(code)) return exhausted(code);
	// With TLS 1.3 the client has gone on by the time that the server refuses it.
	if (!answered && wantsCertificate.test(code)) return noTls(host, message);
	if (isTlsCode(code)) return transient("tls", `the TLS connection to ${host} broke: ${opensslReason(message)}`);
	return resetFailure(host, answered, code || firstLine(message));
}

export function resetFailure(host: string, answered: boolean, why: string): Failure {
	return transient(
		"reset",
		`${host} closed the connection ${answered ? "within the body" : "without an answer"} (${why})`,
	);
}

/** No host has such a name; EINVAL is what the system says of one that is longer than any may be. */
const unknownCodes = new Set(["ENOTFOUND", "EAI_NONAME", "ENODATA", "EINVAL"]);

export function nameFailure(code: string, hostname: string): Failure {
	if (unknownCodes.has(code)) {
		return permanent("dns", `unknown host ${hostname}: check the spelling`);
	}
	return transient("dns", `the name ${hostname} could not be looked up (${code})`);
}

/** --deny-private does not let us connect there. */
export function deniedFailure(host: string, addresses: readonly string[]): Failure {
	const where = addresses.slice(0, 3).join(", ");
	return permanent("denied_address", `${host} is at ${where}, which is not public (--deny-private)`);
}

/** The handshake failed. Trust does not come by trying again; a connection that broke meanwhile may be made. */
export function tlsFailure(error: Error, host: string): Failure {
	const { code, message } = describe(error);
	if (code === "ECONNRESET" || code === "EPIPE") {
		return transient("reset", `${host} closed the connection within the TLS handshake`);
	}
	if (code === "ETIMEDOUT") return transient("timeout", `${host} stopped answering within the TLS handshake`);
	if (passing.test(code)) return { ...noTls(host, message), transient: true };
	if (isTlsCode(code)) return noTls(host, message);
	return permanent(
		"tls",
		`the certificate of ${host} is not trusted (${code || firstLine(message)}): see --ca-certificate`,
	);
}

function exhausted(code: string): Failure {
	const what = code === "ENOMEM" ? "memory" : "sockets or files";
	return transient("io", `no more ${what} (${code}): lower --concurrency or raise ulimit -n`);
}

/** Alerts by which servers turn away who shows no certificate. */
const wantsCertificate = /^ERR_SSL_.*ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE|ACCESS_DENIED)$/;
/** Of a handshake: bytes were broken on their way, as either side says it, or the server has a trouble of its own. */
const passing =
	/^ERR_SSL_.*(?:BAD_RECORD_MAC|DIGEST_CHECK_FAILED|ALERT_DECRYPT_ERROR|ALERT_INTERNAL_ERROR|ALERT_USER_CANCELLED)$/;

function noTls(host: string, message: string): Failure {
	return permanent("tls", `no TLS with ${host}: ${opensslReason(message)}`);
}

/** Codes of OpenSSL; those of Node about certificates are others. */
function isTlsCode(code: string): boolean {
	return code === "EPROTO" || code.startsWith("ERR_SSL");
}

/** OpenSSL says `THREAD:error:NUMBER:LIBRARY:FUNCTION:REASON:FILE:LINE:`; users need the reason. */
function opensslReason(message: string): string {
	const reason = /error:[0-9A-F]{1,16}:[^:]*:[^:]*:([^:]+)/i.exec(message)?.[1];
	if (reason === undefined) return firstLine(message);
	return reason === "wrong version number" ? "its answer is not TLS" : reason;
}
