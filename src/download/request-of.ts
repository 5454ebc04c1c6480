/** The head of an attempt's next request. */
import { cookieHeader } from "../http/cookies.ts";
import type { OriginPool } from "../http/origin-pool.ts";
import { proxiedHead } from "../http/request-head.ts";
import { requestHeaders } from "../http/request-headers.ts";
import type { Attempt } from "./attempt-state.ts";

type Range = { readonly from: number; readonly ifRange: string };

export function headOf(attempt: Attempt, { form }: OriginPool, range: Range | undefined): string {
	const { context, task, listed, address, cookies } = attempt;
	const isListed = address === listed && !address.hasCredentials && !context.hasNetrc;
	if (!task.headers && !range && !cookies && isListed) return context.plainRequest(address);
	const url = new URL(address.href);
	const listedUrl = new URL(listed.href);
	const login = { url, listed: listedUrl, before: attempt.login, method: "GET", path: address.path };
	const authorization = context.authenticator.authorize(login);
	attempt.login = authorization?.login;
	const fields = requestHeaders({
		general: context.options.headers,
		own: task.headers ?? [],
		listed: listedUrl,
		url,
		authorization,
		cookie: cookieHeader(cookies, url),
		...(range ? { range } : {}),
	});
	return proxiedHead({ method: "GET", form }, address, fields);
}
