/** Checksums of list entries: the notations that users write, read into one form. */

export type ChecksumAlgorithm = "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512" | "blake2b512";

/** An expected digest: `hex` is lower case. */
export type Checksum = { readonly algorithm: ChecksumAlgorithm; readonly hex: string };

/** From the weakest to the strongest; of two with one length the first is what a bare digest is. */
const algorithms: readonly { readonly algorithm: ChecksumAlgorithm; readonly hexLength: number }[] = [
	{ algorithm: "md5", hexLength: 32 },
	{ algorithm: "sha1", hexLength: 40 },
	{ algorithm: "sha224", hexLength: 56 },
	{ algorithm: "sha256", hexLength: 64 },
	{ algorithm: "sha384", hexLength: 96 },
	{ algorithm: "sha512", hexLength: 128 },
	{ algorithm: "blake2b512", hexLength: 128 },
];

/**
 * Reads `sha-256=HEX`, `sha256:HEX` (md5, sha-1, sha-224, sha-384, sha-512 and blake2b likewise), a bare digest, which its
 * length tells, or Subresource Integrity (`sha256-BASE64`). Upper and lower case are the same, except in Base64.
 * Undefined when it is none of these, the digest's length included.
 */
export function parseChecksum(text: string): Checksum | undefined {
	const trimmed = text.trim();
	return parseNamed(trimmed) ?? parseBare(trimmed) ?? parseIntegrity(trimmed);
}

/** The algorithm of a name such as `sha-256`, `SHA256`, `SHA2-256`, `md5` or `BLAKE2b`; undefined where it is not known. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
	const plain = name
		.trim()
		.toLowerCase()
		.replace(/^sha2?-/, "sha")
		.replace(/^blake2b(?:-?512)?$/, "blake2b512");
	return algorithms.find(({ algorithm }) => algorithm === plain)?.algorithm;
}

function parseNamed(text: string): Checksum | undefined {
	const { name = "", hex } = splitNamed(text) ?? {};
	const algorithm = checksumAlgorithm(name);
	const known = algorithms.find((one) => one.algorithm === algorithm);
	if (known === undefined || hex?.length !== known.hexLength) return undefined;
	return { algorithm: known.algorithm, hex };
}

/** What a text of the form `NAME=HEX` or `NAME:HEX` names, where that is no algorithm that can be verified. */
export function unknownAlgorithm(text: string): string | undefined {
	const name = splitNamed(text.trim())?.name;
	return name === undefined || checksumAlgorithm(name) !== undefined ? undefined : name;
}

/** For messages: the algorithms as users write them. */
export const knownAlgorithms = "md5, sha-1, sha-224, sha-256, sha-384, sha-512 and blake2b-512";

function splitNamed(text: string): { readonly name: string; readonly hex: string } | undefined {
	const [, name, hex] = /^([a-z][a-z0-9/-]{0,30})\s*[=:]\s*([0-9a-f]+)$/i.exec(text) ?? [];
	return name === undefined || hex === undefined ? undefined : { name, hex: hex.toLowerCase() };
}

/** A digest alone: its length tells the algorithm. */
export function parseBare(text: string): Checksum | undefined {
	if (!/^[0-9a-f]+$/i.test(text)) return undefined;
	const known = algorithms.find(({ hexLength }) => hexLength === text.length);
	return known && { algorithm: known.algorithm, hex: text.toLowerCase() };
}

/** Of several digests the strongest counts, and the first of those; what is not understood is passed over (W3C SRI, 3.3). */
function parseIntegrity(text: string): Checksum | undefined {
	const found = text.split(/\s+/).flatMap((token) => parseIntegrityToken(token) ?? []);
	for (const { algorithm } of algorithms.toReversed()) {
		const strongest = found.find((checksum) => checksum.algorithm === algorithm);
		if (strongest) return strongest;
	}
	return undefined;
}

function parseIntegrityToken(token: string): Checksum | undefined {
	const match = /^(sha(?:256|384|512))-([a-z0-9+/_-]+={0,2})(?:\?\S*)?$/i.exec(token);
	const known = algorithms.find(({ algorithm }) => algorithm === match?.[1]?.toLowerCase());
	const hex = Buffer.from(match?.[2] ?? "", "base64").toString("hex");
	return known?.hexLength === hex.length ? { algorithm: known.algorithm, hex } : undefined;
}
