/** Mirrors that a server tells of with its answer (RFC 6249, Metalink over HTTP). */
import { type Checksum, parseChecksum } from "./checksum.ts";
import { parseDigestField, parseInstanceDigest } from "./digest-fields.ts";
import { hasRelation, type Link, parseLinks } from "./link-field.ts";

export type ToldMirrors = {
	/** Best first, normalized. */
	readonly urls: readonly string[];
	/** What the server says that the file is. */
	readonly checksums: readonly Checksum[];
	/** A Metalink that may name further ones. */
	readonly description?: Description;
};

export type Description = {
	readonly url: string;
	/** Whether it lies where the file was asked for: its hashes then prove what a digest in a header would. */
	readonly isOwn: boolean;
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
	const links = parseLinks(head.link);
	const ranked = links
		.filter((link) => hasRelation(link, "duplicate"))
		.map(({ target, parameters }) => ({ url: readTarget(target, from), priority: priorityOf(parameters.get("pri")) }))
		.sort((a, b) => a.priority - b.priority);
	const urls = mirrorsOf(ranked.map(({ url }) => url));
	const described = links.find(isMetalink);
	const url = described && readTarget(described.target, from);
	if (urls.length === 0 && url === undefined) return undefined;
	const checksums = [...parseDigestField(head.reprDigest), ...parseInstanceDigest(head.digest)];
	if (url === undefined) return { urls, checksums };
	return { urls, checksums, description: { url, isOwn: new URL(url).origin === new URL(from).origin } };
}

/** What an entry of the Metalink at `from` tells. */
export function readDescribed(urls: readonly string[], checksums: readonly string[], from: string): ToldMirrors {
	const proofs = checksums.flatMap((text) => parseChecksum(text) ?? []);
	return {
		urls: mirrorsOf(urls.map((url) => readTarget(url, from))),
		// Mirrors are anybody's machines: what can be forged proves nothing of them.
		checksums: proofs.filter(({ algorithm }) => algorithm !== "md5" && algorithm !== "sha1"),
	};
}

function mirrorsOf(urls: readonly (string | undefined)[]): readonly string[] {
	return [...new Set(urls.flatMap((url) => url ?? []))].slice(0, mostMirrors);
}

/** Much may describe a file: of Metalinks the type tells, or the name where there is none. */
function isMetalink(link: Link): boolean {
	if (!hasRelation(link, "describedby")) return false;
	const type = link.parameters.get("type");
	if (type !== undefined) return /^\s*application\/metalink4?\+xml\s*(;|$)/i.test(type);
	return /\.(meta4|metalink)$/i.test(link.target.replace(/[?#].*$/s, ""));
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
