/** Where a redirect leads. */
import { type Failure, permanent } from "../core/failure.ts";

const statuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
	return statuses.has(status);
}

/**
 * Resolves a Location field against the URL that was asked (RFC 9110, 10.2.2).
 * Credentials of the listed URL stay with its origin: a relative Location keeps them, another origin does not get them.
 */
export function redirectTarget(location: string | undefined, from: URL): URL | Failure {
	if (!location) return permanent("protocol", `${from.host} redirects without saying where to`);
	// Raw bytes beyond ASCII are UTF-8 in the wild.
	const target = parse(Buffer.from(location, "latin1").toString("utf8"), from);
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

function parse(location: string, base: URL): URL | undefined {
	return URL.canParse(location, base.href) ? new URL(location, base.href) : undefined;
}
