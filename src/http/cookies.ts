/** Cookies (RFC 6265) of the redirects of one entry, or of a whole run: most runs have none, so the library loads with the first. */
import type { CookieJar, MemoryCookieStore } from "tough-cookie";
import type { StoredCookie } from "../core/cookie-file.ts";

/** Most cookies that are kept, and the longest (RFC 6265, 6.1). */
const mostCookies = 3000;
const longestCookie = 4096;

/** A cookie without a Domain attribute goes back to the very origin that set it, port and scheme included: those are in jars of their own. */
export type Cookies = {
	readonly byDomain: CookieJar;
	/** What lies in `byDomain`. */
	readonly store: MemoryCookieStore;
	readonly byOrigin: Map<string, { readonly jar: CookieJar; readonly store: MemoryCookieStore }>;
	/** Keeps what a response sets; cookies that are not valid are ignored, as browsers do. */
	keep(url: URL, setCookie: readonly string[]): void;
};

// `Secure` is meant of loopback too.
const jarOptions = { allowSecureOnLocal: false } as const;

/** @param loaded - Of a cookie file: they name hosts and domains, whatever their ports. */
export async function createCookies(loaded: readonly StoredCookie[] = []): Promise<Cookies> {
	const { Cookie, CookieJar: Jar, MemoryCookieStore: Store } = await import("tough-cookie");
	const known = new Set<string>();
	const store = new Store();
	const byDomain = new Jar(store, jarOptions);
	const byOrigin: Cookies["byOrigin"] = new Map();
	/** Whether there is room for it. */
	const note = (place: string, name: string): boolean => {
		const key = `${place} ${name}`;
		if (known.size >= mostCookies && !known.has(key)) return false;
		known.add(key);
		return true;
	};
	const ownOf = (origin: string): CookieJar => {
		let own = byOrigin.get(origin);
		if (!own) {
			const ownStore = new Store();
			own = { jar: new Jar(ownStore, jarOptions), store: ownStore };
			byOrigin.set(origin, own);
		}
		return own.jar;
	};

	// The user's own file may name what no server may, such as a host without a dot.
	const trusting = new Jar(store, { ...jarOptions, rejectPublicSuffixes: false, looseMode: true });
	for (const { domain, withSubdomains, path, secure, httpOnly, expires, name, value } of loaded) {
		const cookie = new Cookie({ key: name, value, path, secure, httpOnly });
		if (withSubdomains) cookie.domain = domain;
		if (expires > 0) cookie.expires = new Date(expires * 1000);
		trusting.setCookieSync(cookie, `http${secure ? "s" : ""}://${domain}${path}`, { ignoreError: true });
	}
	return {
		byDomain,
		store,
		byOrigin,
		keep(url, setCookie) {
			const insecure = url.protocol !== "https:";
			// What is not encrypted must not replace what is (RFC 6265bis, 5.7, "leave secure cookies alone").
			const standing = byDomain.getCookiesSync(url.href.replace(/^http:/, "https:"));
			for (const text of setCookie) {
				const cookie = text.length > longestCookie ? undefined : Cookie.parse(text);
				if (!cookie || !note(cookie.domain ?? url.origin, cookie.key)) continue;
				const same = standing.filter(({ key }) => key === cookie.key);
				if (insecure && same.some(({ secure }) => secure)) continue;
				// One of the cookie file is replaced where it lies.
				const isListed = same.some(({ hostOnly }) => hostOnly);
				const jar = cookie.domain || isListed ? byDomain : ownOf(url.origin);
				jar.setCookieSync(cookie, url.href, { ignoreError: true });
			}
		},
	};
}

/** Keeps what a response sets. @returns What is known now. */
export async function storeCookies(
	known: Cookies | undefined,
	url: URL,
	setCookie: readonly string[],
): Promise<Cookies> {
	const cookies = known ?? (await createCookies());
	cookies.keep(url, setCookie);
	return cookies;
}

/** The Cookie field for a URL; empty where there is none. */
export function cookieHeader(cookies: Cookies | undefined, url: URL): string {
	if (!cookies) return "";
	const own = cookies.byOrigin.get(url.origin)?.jar.getCookiesSync(url.href) ?? [];
	const names = new Set(own.map(({ key }) => key));
	// What an insecure origin set for the domain takes the place of none of the very origin's.
	const others = cookies.byDomain.getCookiesSync(url.href).filter(({ key }) => !names.has(key));
	return [...own, ...others].map((cookie) => cookie.cookieString()).join("; ");
}

/** What outlives the run: every cookie that has an end, and has not met it. */
export async function lastingCookies(cookies: Cookies): Promise<StoredCookie[]> {
	const stores = [cookies.store, ...[...cookies.byOrigin.values()].map(({ store }) => store)];
	const lasting = new Map<string, StoredCookie>();
	for (const cookie of (await Promise.all(stores.map((store) => store.getAllCookies()))).flat()) {
		const { domain, path, secure, httpOnly, hostOnly, key, value } = cookie;
		const endsMs = cookie.isPersistent() ? cookie.expiryTime() : undefined;
		if (domain === null || endsMs === undefined || endsMs <= Date.now()) continue;
		const stored = { domain, withSubdomains: !hostOnly, path: path ?? "/", secure, httpOnly, name: key, value };
		// The file knows no ports: of two the later one stands.
		lasting.set(`${domain} ${path} ${key}`, { ...stored, expires: Math.min(Math.floor(endsMs / 1000), latest) });
	}
	return [...lasting.values()];
}

/** The end of the year 9999: some readers of the file know no later one. */
const latest = 253_402_300_799;
