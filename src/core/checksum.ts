/** Checksums of list entries: the notations that users write, read into one form. */

export type ChecksumAlgorithm = "md5" | "sha1" | "sha256" | "sha384" | "sha512";

/** An expected digest: `hex` is lower case. */
export type Checksum = { readonly algorithm: ChecksumAlgorithm; readonly hex: string };

/** From the weakest to the strongest. */
const algorithms: readonly { readonly algorithm: ChecksumAlgorithm; readonly hexLength: number }[] = [
	{ algorithm: "md5", hexLength: 32 },
	{ algorithm: "sha1", hexLength: 40 },
	{ algorithm: "sha256", hexLength: 64 },
	{ algorithm: "sha384", hexLength: 96 },
	{ algorithm: "sha512", hexLength: 128 },
];

/**
 * Reads `sha-256=HEX`, `sha256:HEX` (md5, sha-1, sha-384 and sha-512 likewise), a bare digest, which its length
 * tells, or Subresource Integrity (`sha256-BASE64`). Upper and lower case are the same, except in Base64.
 * Undefined when it is none of these, the digest's length included.
 */
export function parseChecksum(text: string): Checksum | undefined {
	const trimmed = text.trim();
	return parseNamed(trimmed) ?? parseBare(trimmed) ?? parseIntegrity(trimmed);
}

/** The algorithm of a name such as `sha-256`, `SHA256`, `SHA2-256` or `md5`; undefined where it is not known. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
	const plain = name
		.trim()
		.toLowerCase()
		.replace(/^sha2?-/, "sha");
	return algorithms.find(({ algorithm }) => algorithm === plain)?.algorithm;
}

function parseNamed(text: string): Checksum | undefined {
	const match = /^(md5|sha-?(?:1|256|384|512))\s*[=:]\s*([0-9a-f]+)$/i.exec(text);
	const name = match?.[1]?.toLowerCase().replace("-", "");
	const known = algorithms.find(({ algorithm }) => algorithm === name);
	const hex = match?.[2]?.toLowerCase();
	if (known === undefined || hex?.length !== known.hexLength) return undefined;
	return { algorithm: known.algorithm, hex };
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
