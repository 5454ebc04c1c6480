/** The header fields of one request: which credentials and which range go to which origin. */
import type { Header } from "../core/entry.ts";

/** Fields that are sent only to the origin that they were given for. */
const bound: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);

export type RequestHeaderSources = {
	/** Of every request, in their order. */
	readonly general: readonly Header[];
	/** Of this entry; they replace general ones of the same name. */
	readonly own?: readonly Header[];
	/** The listed URL: credentials and cookies are for its origin. */
	readonly listed: URL;
	/** The URL that is asked now. */
	readonly url: URL;
	readonly cookie?: string;
	readonly range?: { readonly from: number; readonly ifRange: string };
};

/** The fields, names and values in turn. Names are lower case. */
export function requestHeaders(sources: RequestHeaderSources): string[] {
	const { url, listed, range } = sources;
	const fields = new Map<string, string[]>([
		["accept", ["*/*"]],
		["accept-encoding", ["identity"]],
	]);
	layOver(fields, sources.general);
	layOver(fields, sources.own ?? []);
	if (url.origin !== listed.origin) for (const name of bound) fields.delete(name);
	const credentials = basicCredentials(url);
	if (credentials !== undefined) fields.set("authorization", [credentials]);
	if (sources.cookie) fields.set("cookie", [...(fields.get("cookie") ?? []), sources.cookie]);
	if (range) {
		fields.set("range", [`bytes=${range.from}-`]);
		fields.set("if-range", [range.ifRange]);
	}
	const flat: string[] = [];
	for (const [name, values] of fields) {
		if (name === "cookie") flat.push(name, wireForm(values.join("; ")));
		else for (const value of values) flat.push(name, wireForm(value));
	}
	return flat;
}

/** HTTP writes a character as one byte: text beyond ASCII goes as the bytes of its UTF-8. */
function wireForm(value: string): string {
	return /^[\x20-\x7e\t]*$/.test(value) ? value : Buffer.from(value, "utf8").toString("latin1");
}

function layOver(fields: Map<string, string[]>, headers: readonly Header[]): void {
	const seen = new Set<string>();
	for (const [name, value] of headers) {
		const lower = name.toLowerCase();
		if (seen.has(lower)) fields.get(lower)?.push(value);
		else fields.set(lower, [value]);
		seen.add(lower);
	}
}

/** Basic authentication (RFC 7617) from the user name and password of a URL. */
function basicCredentials(url: URL): string | undefined {
	if (url.username === "" && url.password === "") return undefined;
	const pair = `${decode(url.username)}:${decode(url.password)}`;
	return `Basic ${Buffer.from(pair, "utf8").toString("base64")}`;
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
