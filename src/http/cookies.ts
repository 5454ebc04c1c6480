/** Cookies that a response sets for the redirects of its entry (RFC 6265): most entries have none, so the library loads with the first. */
import type { CookieJar } from "tough-cookie";

/** A cookie without a Domain attribute goes back to the very origin that set it, port and scheme included: those are in jars of their own. */
export type Cookies = { readonly byDomain: CookieJar; readonly byOrigin: Map<string, CookieJar> };

/** Keeps what a response sets; cookies that are not valid are ignored, as browsers do. */
export async function storeCookies(
	known: Cookies | undefined,
	url: URL,
	setCookie: readonly string[],
): Promise<Cookies> {
	const { Cookie, CookieJar: Jar } = await import("tough-cookie");
	const cookies = known ?? { byDomain: new Jar(), byOrigin: new Map() };
	const own = cookies.byOrigin.get(url.origin) ?? new Jar();
	cookies.byOrigin.set(url.origin, own);
	for (const text of setCookie) {
		const cookie = Cookie.parse(text);
		if (cookie) (cookie.domain ? cookies.byDomain : own).setCookieSync(cookie, url.href, { ignoreError: true });
	}
	return cookies;
}

/** The Cookie field for a URL; empty where there is none. */
export function cookieHeader(cookies: Cookies | undefined, url: URL): string {
	if (!cookies) return "";
	const jars = [cookies.byOrigin.get(url.origin), cookies.byDomain];
	return jars
		.map((jar) => jar?.getCookieStringSync(url.href) ?? "")
		.filter((text) => text !== "")
		.join("; ");
}
