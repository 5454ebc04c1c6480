/** Cookies that a response sets for the redirects of its entry (RFC 6265): most entries have none, so the library loads with the first. */
import type { CookieJar } from "tough-cookie";

/** Keeps what a response sets; cookies that are not valid are ignored, as browsers do. */
export async function storeCookies(jar: CookieJar | undefined, url: URL, setCookie: readonly string[]): Promise<CookieJar> {
	const { CookieJar: Jar } = await import("tough-cookie");
	const cookies = jar ?? new Jar();
	for (const cookie of setCookie) cookies.setCookieSync(cookie, url.href, { ignoreError: true });
	return cookies;
}

/** The Cookie field for a URL; empty where there is none. */
export function cookieHeader(jar: CookieJar | undefined, url: URL): string {
	return jar?.getCookieStringSync(url.href) ?? "";
}
