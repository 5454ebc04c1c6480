/** The fields Repr-Digest and Content-Digest (RFC 9530): the digests of them that can be verified. */
import type { Checksum } from "./checksum.ts";

/** The registered algorithms that are secure (RFC 9530, section 5). */
const algorithms = [
	{ key: "sha-256", algorithm: "sha256", bytes: 32 },
	{ key: "sha-512", algorithm: "sha512", bytes: 64 },
] as const;

const longestField = 4096;

/** @param value - All values of the field with commas between them. @returns None where it cannot be read. */
export function parseDigestField(value: string | undefined): readonly Checksum[] {
	if (value === undefined || value.length > longestField) return [];
	const found = new Map<string, Checksum>();
	for (const member of value.split(",")) {
		// A dictionary's member that is a byte sequence (RFC 8941, 3.2 and 3.3.5); of two with one key the last counts.
		const [, key, base64] = /^\s*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):\s*(?:;.*)?$/.exec(member) ?? [];
		const known = algorithms.find((one) => one.key === key);
		if (known === undefined || base64 === undefined) continue;
		const digest = Buffer.from(base64, "base64");
		if (digest.length === known.bytes)
			found.set(known.key, { algorithm: known.algorithm, hex: digest.toString("hex") });
	}
	return [...found.values()];
}

/** The older field Digest (RFC 3230), which Metalink over HTTP has. */
export function parseInstanceDigest(value: string | undefined): readonly Checksum[] {
	if (value === undefined || value.length > longestField) return [];
	return value.split(",").flatMap((member) => {
		const [, name, base64] = /^\s*(sha-256|sha-512)=([A-Za-z0-9+/]+={0,2})\s*$/i.exec(member) ?? [];
		const known = algorithms.find((one) => one.key === name?.toLowerCase());
		const digest = Buffer.from(base64 ?? "", "base64");
		return known?.bytes === digest.length ? { algorithm: known.algorithm, hex: digest.toString("hex") } : [];
	});
}
