/** Makes of what a list says where to ask: hosts without a scheme, relative references, characters of no width. */
import { trimInvisible } from "../core/trim-invisible.ts";

/** The URL that the text stands for, or the text itself where it stands for none. */
export type UrlReader = (text: string) => string;

export type UrlReaderOptions = {
	/** What everything that is no absolute URL is resolved against. */
	readonly base?: string | undefined;
	/** Name of the list, where a run has several. */
	readonly list?: string | undefined;
	warn(message: string): void;
};

/** A host name of at least one dot, or an IPv4 address, port or not. */
const bareHost = /^(?:[\p{L}\p{N}_-]+\.)+[\p{L}\p{N}-]+\.?(?::\d{1,5})?(?=[/?#]|$)/u;
/** Longer than any host name with its port. */
const hostLength = 300;

export function createUrlReader({ base, list, warn }: UrlReaderOptions): UrlReader {
	let warned = false;
	let warnedOfBytes = false;
	const where = list === undefined ? "" : `${list}: `;
	return (text) => {
		const trimmed = trimInvisible(text);
		if (!warnedOfBytes && trimmed.includes("\ufffd")) {
			warnedOfBytes = true;
			warn(`${where}${trimmed.slice(0, 100)} has bytes that are no UTF-8: is the list in another encoding?`);
		}
		if (trimmed.startsWith("https://") || trimmed.startsWith("http://")) return trimmed;
		if (base !== undefined) return resolve(trimmed, base);
		if (!isBareHost(trimmed)) return trimmed;
		if (!warned) {
			warned = true;
			warn(
				`${where}what begins with a host name and has no scheme, such as ${trimmed.slice(0, 100)}, is taken as https`,
			);
		}
		return `https://${trimmed}`;
	};
}

/** Whether the text is a URL but for its scheme: `example.org/a.jpg`. */
export function isBareHost(text: string): boolean {
	return bareHost.test(text.length > hostLength ? text.slice(0, hostLength) : text);
}

function resolve(text: string, base: string): string {
	if (text === "" || URL.canParse(text) || !URL.canParse(text, base)) return text;
	return new URL(text, base).href;
}
