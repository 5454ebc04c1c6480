/** Where a redirect leads. */
import { type Failure, permanent } from "../core/failure.ts";

const statuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
	return statuses.has(status);
}

/**
 * Resolves a Location field against the URL that was asked (RFC 9110, 10.2.2).
 * Credentials of the listed URL stay with its origin: a relative Location keeps them, another origin does not get them.
 *
 * @param location - One character for each byte.
 */
export function redirectTarget(location: string, from: URL): URL | Failure {
	// Bytes beyond ASCII are asked for as they came, whatever they mean.
	const ascii = location.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
	const target = URL.canParse(ascii, from.href) ? new URL(ascii, from.href) : undefined;
	if (!target) return permanent("invalid_url", `${from.host} redirects to what is no URL`);
	if (target.protocol !== "http:" && target.protocol !== "https:") {
		return permanent("unsupported_scheme", `${from.host} redirects to ${target.protocol}, which is not http or https`);
	}
	if (target.origin === from.origin && target.username === "" && target.password === "") {
		target.username = from.username;
		target.password = from.password;
	}
	// No part of a request (RFC 9110, 7.1).
	target.hash = "";
	return target;
}
