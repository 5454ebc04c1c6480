/** Cookies that are kept for the run: here at once, and told to all other workers. */
import type { ResponseHead } from "../http/response-head.ts";
import type { Attempt } from "./attempt-state.ts";

export function keepCookies({ context, address }: Attempt, head: ResponseHead): void {
	const texts = head.fields("set-cookie");
	if (texts.length === 0) return;
	const url = new URL(address.href);
	context.cookies?.keep(url, texts);
	url.username = "";
	url.password = "";
	context.onSetCookie?.(texts.map((text) => ({ url: url.href, text })));
}
