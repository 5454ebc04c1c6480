/** The notations of checksums: each is read into the same form, and nothing else is. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { type ChecksumAlgorithm, parseChecksum, unknownAlgorithm } from "../../src/core/checksum.ts";

const digest = (algorithm: ChecksumAlgorithm, encoding: "hex" | "base64" = "hex"): string =>
	createHash(algorithm).update("x").digest(encoding);
const sha256 = digest("sha256");

const names: readonly [ChecksumAlgorithm, readonly string[]][] = [
	["md5", ["md5", "MD5"]],
	["sha1", ["sha-1", "sha1", "SHA-1"]],
	["sha224", ["sha-224", "sha224"]],
	["sha256", ["sha-256", "sha256", "SHA-256", "Sha256"]],
	["sha384", ["sha-384", "sha384"]],
	["sha512", ["sha-512", "sha512"]],
];

test("a named or bare digest is read, whatever its case", () => {
	for (const [algorithm, notations] of names) {
		const hex = digest(algorithm);
		const texts = notations.flatMap((name) => [
			`${name}=${hex}`,
			`${name}:${hex.toUpperCase()}`,
			` ${name} = ${hex}\t`,
		]);
		for (const text of [hex, hex.toUpperCase(), ...texts]) {
			assert.deepEqual(parseChecksum(text), { algorithm, hex }, text);
		}
	}
});

test("a digest of BLAKE2b is known by its name alone", () => {
	const hex = digest("blake2b512");
	for (const name of ["blake2b", "BLAKE2b", "blake2b512", "BLAKE2B-512"]) {
		assert.deepEqual(parseChecksum(`${name}:${hex}`), { algorithm: "blake2b512", hex }, name);
		assert.equal(parseChecksum(`${name}:${hex.slice(64)}`), undefined);
	}
	assert.deepEqual(parseChecksum(hex), { algorithm: "sha512", hex });
});

test("an algorithm that cannot be verified is named", () => {
	const cases: readonly (readonly [string, string | undefined])[] = [
		[`blake2b-256:${sha256}`, "blake2b-256"],
		[` sha3-256 = ${sha256}`, "sha3-256"],
		["crc32=00000000", "crc32"],
		[`sha-256=${sha256}00`, undefined],
		[sha256, undefined],
		["nothing of the kind", undefined],
	];
	for (const [text, expected] of cases) assert.equal(unknownAlgorithm(text), expected, text);
});

test("Subresource Integrity is read, the strongest of several", () => {
	const sri = (algorithm: ChecksumAlgorithm): string => `${algorithm}-${digest(algorithm, "base64")}`;
	const cases: readonly [string, ChecksumAlgorithm][] = [
		[sri("sha256"), "sha256"],
		[sri("sha256").replace(/=+$/, ""), "sha256"],
		[sri("sha384"), "sha384"],
		[`${sri("sha512")}?ct=text/plain`, "sha512"],
		[`${sri("sha256")}  ${sri("sha512")} ${sri("sha384")}`, "sha512"],
		[`sha512-AAAA what-ever ${sri("sha384")}`, "sha384"],
	];
	for (const [text, algorithm] of cases) {
		assert.deepEqual(parseChecksum(text), { algorithm, hex: digest(algorithm) }, text);
	}
});

test("what cannot be read is undefined", () => {
	const wrong = [
		"",
		"sha-256=",
		`sha-256=${sha256.slice(1)}`,
		`sha-256=${sha256}0`,
		`sha-512=${sha256}`,
		`sha-224=${sha256}`,
		`sha--256=${sha256}`,
		`sha-256=${sha256.replace(/^./, "g")}`,
		`sha256-${sha256}`,
		"sha256-AAAA",
		`md5-${digest("md5", "base64")}`,
		sha256.slice(2),
		`${sha256} ${sha256}`,
	];
	for (const text of wrong) assert.equal(parseChecksum(text), undefined, text);
});

test("any digest is read back; any text at all is read or refused without an exception", () => {
	fc.assert(
		fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
			const hex = Buffer.from(bytes).toString("hex");
			const expected = { algorithm: "sha512", hex };
			assert.deepEqual(parseChecksum(`sha512-${Buffer.from(bytes).toString("base64")}`), expected);
			assert.deepEqual(parseChecksum(`sha-512=${hex}`), expected);
		}),
	);
	fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseChecksum(text)));
});
