/** The head of an attempt's next request. */
import { pathnameOf } from "../core/address.ts";
import { versionToAskWith } from "../core/saved.ts";
import { cookieHeader } from "../http/cookies.ts";
import type { OriginPool } from "../http/origin-pool.ts";
import { proxiedHead } from "../http/request-head.ts";
import { type RequestRange, requestHeaders } from "../http/request-headers.ts";
import type { Attempt } from "./attempt-state.ts";
import { isPacked } from "./decode.ts";

/** @param ifRange - Names the version of the bytes that are here, where the request goes on behind them. */
export function headOf(attempt: Attempt, { form }: OriginPool, ifRange: string | undefined): string {
	const { context, task, listed, address, cookies, hasRange } = attempt;
	const isListed = address === listed && !task.isTold && !address.hasCredentials && !context.hasNetrc;
	const isPlain = !task.headers && !hasRange && !cookies && !task.range && !task.refresh;
	if (isPlain && isListed && !context.isSpecial) return context.plainRequest(address);
	return headWith(attempt, { form }, rangeOf(attempt, ifRange));
}

/** Who asks for something, and where. */
export type Asker = Pick<Attempt, "context" | "task" | "listed" | "address" | "cookies" | "method" | "login">;

/** The same for some of the bytes, or for all where none are named. */
export function headWith(asker: Asker, { form }: Pick<OriginPool, "form">, range: RequestRange | undefined): string {
	const { context, task, listed, address, cookies, method } = asker;
	const url = new URL(address.href);
	// Whom a server named gets what is for anybody.
	const listedUrl = new URL(task.isTold ? task.namedBy : listed.href);
	const login = { url, listed: listedUrl, before: asker.login, method, path: address.path };
	const authorization = context.authenticator.authorize(login);
	asker.login = authorization?.login;
	const isWhole = !range && !task.isDescription;
	const codings = context.decoding && isWhole && !isPacked(pathnameOf(address)) ? context.decoding.accepted : undefined;
	const unless = task.refresh && range?.ifRange === undefined ? versionToAskWith(task.refresh) : undefined;
	const fields = requestHeaders({
		general: context.options.headers,
		own: task.headers ?? [],
		listed: listedUrl,
		url,
		authorization,
		cookie: cookieHeader(cookies, url),
		...(range && { range }),
		...(codings !== undefined && { acceptEncoding: codings }),
		...(unless && { unless }),
	});
	return proxiedHead({ method, form }, address, fields);
}

/** Places within the resource: of all that follows the part, or of what the entry wants of it. */
function rangeOf({ task, from, hasRange, askedTo }: Attempt, ifRange: string | undefined): RequestRange | undefined {
	if (task.range) return { from: task.range.first + from, to: task.range.last, ifRange };
	return hasRange ? { from, ...(askedTo !== undefined && { to: askedTo - 1 }), ifRange } : undefined;
}
