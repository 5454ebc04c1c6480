/** Where a request goes: the pieces of a URL that every request needs, cut out of its text. */

export type Address = {
	/** The normalized URL, credentials included, without fragment. */
	readonly href: string;
	/** Such as `https://example.org:8443`. */
	readonly origin: string;
	/** Host and port, such as `example.org:8443`. */
	readonly host: string;
	/** Path and query: the request target in origin form (RFC 9112, 3.2.1). */
	readonly path: string;
	readonly hasCredentials: boolean;
};

/**
 * Not a URL object: the text was parsed when it was planned, and of what another parser would find most is never asked for.
 * @param href - An http(s) URL as `URL.href` gives it, without fragment.
 */
export function addressOf(href: string): Address {
	const start = href.indexOf("://") + 3;
	const slash = href.indexOf("/", start);
	const path = href.slice(slash);
	// A host has no @ in it, and in user info it is escaped: one stands here only where credentials end.
	const at = href.lastIndexOf("@", slash);
	if (at < start)
		return { href, origin: href.slice(0, slash), host: href.slice(start, slash), path, hasCredentials: false };
	const host = href.slice(at + 1, slash);
	return { href, origin: href.slice(0, start) + host, host, path, hasCredentials: true };
}

/** The path without its query. */
export function pathnameOf({ path }: Address): string {
	const query = path.indexOf("?");
	return query < 0 ? path : path.slice(0, query);
}
