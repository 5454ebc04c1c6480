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
	// What is not encrypted must not replace what is (RFC 6265bis, 5.7, "leave secure cookies alone").
	const guarded =
		url.protocol === "https:" ? [] : cookies.byDomain.getCookiesSync(url.href.replace(/^http:/, "https:"));
	for (const text of setCookie) {
		const cookie = Cookie.parse(text);
		if (guarded.some(({ key, secure }) => secure && key === cookie?.key)) continue;
		if (cookie) (cookie.domain ? cookies.byDomain : own).setCookieSync(cookie, url.href, { ignoreError: true });
	}
	return cookies;
}

/** The Cookie field for a URL; empty where there is none. */
export function cookieHeader(cookies: Cookies | undefined, url: URL): string {
	if (!cookies) return "";
	const jars = [cookies.byOrigin.get(url.origin), cookies.byDomain];
	const found = new Map<string, string>();
	for (const cookie of jars.flatMap((jar) => jar?.getCookiesSync(url.href) ?? [])) {
		// Those of the very origin come first: what an insecure one set for the domain takes the place of none of them.
		if (!found.has(cookie.key)) found.set(cookie.key, cookie.cookieString());
	}
	return [...found.values()].join("; ");
}
