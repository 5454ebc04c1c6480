/** The header fields of one request: which credentials and which range go to which origin. */
import type { Header } from "../core/entry.ts";

/** Fields that are sent only to the origin that they were given for. */
const bound: ReadonlySet<string> = new Set(["authorization", "cookie", "host"]);

export type RequestHeaderSources = {
	/** Of every request, in their order. */
	readonly general: readonly Header[];
	/** Of this entry; they replace general ones of the same name. */
	readonly own?: readonly Header[];
	/** The listed URL: credentials and cookies are for its origin. */
	readonly listed: URL;
	/** The URL that is asked now. */
	readonly url: URL;
	/** Credentials for the URL's origin; where they yield, an Authorization field of the user is sent instead. */
	readonly authorization?: { readonly value: string; readonly yields: boolean } | undefined;
	/** Cookies that servers have set, a character for each byte, as they came. */
	readonly cookie?: string;
	readonly range?: RequestRange;
	/** Content codings that are asked for; `identity` unless given. */
	readonly acceptEncoding?: string;
	/** The version that is here already: only another one is wanted (RFC 9110, 13.1). */
	readonly unless?: { readonly etag?: string | undefined; readonly lastModified?: string | undefined };
};

export type RequestRange = {
	readonly from: number;
	/** The last byte that is wanted; all that follow where there is none. */
	readonly to?: number | undefined;
	readonly ifRange?: string | undefined;
};

/** The fields as a flat list of names and values, a character for each byte. Names are lower case. */
export function requestHeaders(sources: RequestHeaderSources): string[] {
	const { url, listed, authorization, range, unless } = sources;
	const fields = new Map<string, string[]>([
		["accept", ["*/*"]],
		["accept-encoding", [sources.acceptEncoding ?? "identity"]],
	]);
	layOver(fields, sources.general);
	layOver(fields, sources.own ?? []);
	// No origin's business, the listed one's included.
	fields.delete("proxy-authorization");
	if (url.origin !== listed.origin) for (const name of bound) fields.delete(name);
	if (authorization && !(authorization.yields && fields.has("authorization"))) {
		fields.set("authorization", [authorization.value]);
	}
	if (sources.cookie) fields.set("cookie", [...(fields.get("cookie") ?? []), sources.cookie]);
	if (range) {
		fields.set("range", [`bytes=${range.from}-${range.to ?? ""}`]);
		if (range.ifRange !== undefined) fields.set("if-range", [range.ifRange]);
	}
	if (unless?.etag !== undefined) fields.set("if-none-match", [unless.etag]);
	if (unless?.lastModified !== undefined) fields.set("if-modified-since", [unless.lastModified]);
	const flat: string[] = [];
	for (const [name, values] of fields) {
		if (name === "cookie") flat.push(name, values.join("; "));
		// A request has one (RFC 9112, 3.2): the last that was given.
		else if (name === "host") flat.push(name, values.at(-1) ?? "");
		else for (const value of values) flat.push(name, value);
	}
	return flat;
}

/** The bytes of a user's text, UTF-8 as curl has it: what came from a server is bytes already and goes back as it is. */
export function wireForm(value: string): string {
	return /^[\x20-\x7e\t]*$/.test(value) ? value : Buffer.from(value, "utf8").toString("latin1");
}

/** As with curl, a header without a value takes away what would be sent. */
function layOver(fields: Map<string, string[]>, headers: readonly Header[]): void {
	const seen = new Set<string>();
	for (const [name, value] of headers) {
		const lower = name.toLowerCase();
		if (value === "") fields.delete(lower);
		else if (seen.has(lower) && fields.has(lower)) fields.get(lower)?.push(wireForm(value));
		else fields.set(lower, [wireForm(value)]);
		seen.add(lower);
	}
}
