/** The head of a request as text, one character for each byte (RFC 9112, section 3). */
import type { Address } from "../core/address.ts";

/** @param fields - Names and values in turn; a Host among them takes the place of ours. */
export function requestHead(method: string, { path, host }: Address, fields: readonly string[]): string {
	let text = "";
	let hasHost = false;
	for (let at = 0; at + 1 < fields.length; at += 2) {
		hasHost ||= fields[at] === "host";
		text += `${fields[at]}: ${fields[at + 1]}\r\n`;
	}
	return `${method} ${path} HTTP/1.1\r\n${hasHost ? "" : `host: ${host}\r\n`}${text}\r\n`;
}

/** Requests that differ in their paths alone: the rest is put together once for each host in a row. */
export function createPlainRequests(fields: readonly string[]): (address: Address) => string {
	let lastHost = "";
	let rest = "";
	return (address) => {
		if (address.host !== lastHost) {
			lastHost = address.host;
			rest = requestHead("", { ...address, path: "" }, fields).slice(1);
		}
		return `GET ${address.path}${rest}`;
	};
}
