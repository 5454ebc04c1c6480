/** What workers that start later must know of the cookies of a run: the last of each. */
import type { SetCookie } from "../core/cookie-file.ts";

export type CookieNews = {
	add(cookies: readonly SetCookie[]): void;
	/** In the order in which they came. */
	all(): readonly SetCookie[];
};

/** Most cookies that are kept, as in the jars of workers. */
const mostCookies = 3000;

export function createCookieNews(): CookieNews {
	const last = new Map<string, SetCookie>();
	return {
		add(cookies) {
			for (const cookie of cookies) {
				const key = keyOf(cookie);
				last.delete(key);
				last.set(key, cookie);
				const oldest = last.size > mostCookies ? last.keys().next() : undefined;
				if (oldest && !oldest.done) last.delete(oldest.value);
			}
		},
		all: () => [...last.values()],
	};
}

/** Two cookies are one where host, name, domain and path are. The path of the URL counts where none is named. */
function keyOf({ url, text }: SetCookie): string {
	const [pair = "", ...attributes] = text.split(";");
	const places = attributes.map((one) => one.trim()).filter((one) => /^(?:domain|path)\s*=/i.test(one));
	const { origin, pathname } = new URL(url);
	const folder = places.some((one) => /^path/i.test(one)) ? "" : pathname.slice(0, pathname.lastIndexOf("/"));
	return [origin, folder, pair.split("=", 1)[0]?.trim(), ...places].join("\n");
}
