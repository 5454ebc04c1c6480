/** The head of a request as text, one character for each byte (RFC 9112, section 3). */
import type { Address } from "../core/address.ts";
import type { ProxyForm } from "./proxied.ts";

/** @param fields - Names and values in turn; a Host among them takes the place of ours. */
function requestHead(method: string, { path, host }: Address, fields: readonly string[]): string {
	let text = "";
	let hasHost = false;
	for (let at = 0; at + 1 < fields.length; at += 2) {
		hasHost ||= fields[at] === "host";
		text += `${fields[at]}: ${fields[at + 1]}\r\n`;
	}
	return `${method} ${path} HTTP/1.1\r\n${hasHost ? "" : `host: ${host}\r\n`}${text}\r\n`;
}

/** The same for a proxy, where the request goes through one in a form of its own. */
export function proxiedHead(
	{ method, form }: { readonly method: string; readonly form: ProxyForm | undefined },
	address: Address,
	fields: readonly string[],
): string {
	if (!form) return requestHead(method, address, fields);
	return requestHead(method, { ...address, path: form.prefix + address.path }, [...fields, ...form.fields]);
}

/**
 * Requests that differ in their paths alone: the rest is put together once for each host in a row.
 * @param formOf - The form that an origin's requests must have, where there are proxies.
 */
export function createPlainRequests(
	fields: readonly string[],
	formOf?: (origin: string) => ProxyForm | undefined,
): (address: Address) => string {
	let lastOrigin = "";
	let lastForm: ProxyForm | undefined;
	let start = "";
	let rest = "";
	return (address) => {
		// It may change: a proxy may want a tunnel.
		const form = formOf?.(address.origin);
		if (address.origin !== lastOrigin || form !== lastForm) {
			lastOrigin = address.origin;
			lastForm = form;
			start = `GET ${form?.prefix ?? ""}`;
			rest = requestHead("", { ...address, path: "" }, [...fields, ...(form?.fields ?? [])]).slice(1);
		}
		return `${start}${address.path}${rest}`;
	};
}
