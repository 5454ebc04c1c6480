/** Mirrors that a server tells of with its answer (RFC 6249, Metalink over HTTP). */
import type { Checksum } from "./checksum.ts";
import { parseDigestField, parseInstanceDigest } from "./digest-fields.ts";
import { hasRelation, parseLinks } from "./link-field.ts";

export type ToldMirrors = {
	/** Best first, normalized. */
	readonly urls: readonly string[];
	/** What the server says that the file is. */
	readonly checksums: readonly Checksum[];
};

export type TellingHead = {
	readonly link: string;
	/** Repr-Digest (RFC 9530) and Digest (RFC 3230). */
	readonly reprDigest: string | undefined;
	readonly digest: string | undefined;
};

/** Further ones are not worth a request each. */
const mostMirrors = 8;
/** Of those that name no priority, which is from 1 to 999999. */
const lowestPriority = 1_000_000;

/** @param from - The URL that was asked: others are relative to it, and what came by https leads to https alone. */
export function readToldMirrors(head: TellingHead, from: string): ToldMirrors | undefined {
	const links = parseLinks(head.link).filter((link) => hasRelation(link, "duplicate"));
	const ranked = links
		.map(({ target, parameters }) => ({ url: readTarget(target, from), priority: priorityOf(parameters.get("pri")) }))
		.sort((a, b) => a.priority - b.priority);
	const urls = [...new Set(ranked.flatMap(({ url }) => url ?? []))].slice(0, mostMirrors);
	if (urls.length === 0) return undefined;
	return { urls, checksums: [...parseDigestField(head.reprDigest), ...parseInstanceDigest(head.digest)] };
}

function readTarget(target: string, from: string): string | undefined {
	if (!URL.canParse(target, from)) return undefined;
	const url = new URL(target, from);
	const isAllowed = url.protocol === "https:" || (url.protocol === "http:" && !from.startsWith("https:"));
	// Credentials are the user's to give.
	if (!isAllowed || url.username !== "" || url.password !== "") return undefined;
	url.hash = "";
	return url.href;
}

function priorityOf(text: string | undefined): number {
	const priority = Number(text);
	return Number.isInteger(priority) && priority >= 1 ? Math.min(priority, lowestPriority) : lowestPriority;
}
