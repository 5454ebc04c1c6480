/** The digest of one answer (Content-Digest, RFC 9530): where the whole of it is read, it is verified. */
import { createHash } from "node:crypto";
import type { Checksum } from "../core/checksum.ts";
import type { Span } from "../core/spans.ts";

export type AnswerDigest = {
	/** What the answer brings of the file. */
	readonly span: Span;
	/** Bytes in their order. */
	update(chunk: Buffer): void;
	/** All have come. */
	holds(): boolean;
};

/** @param digests - What it should be: all of them must hold. Undefined where there are none. */
export function createAnswerDigest(span: Span, digests: readonly Checksum[]): AnswerDigest | undefined {
	if (digests.length === 0) return undefined;
	const hashes = digests.map(({ algorithm, hex }) => ({ hash: createHash(algorithm), hex }));
	return {
		span,
		update(chunk) {
			for (const { hash } of hashes) hash.update(chunk);
		},
		holds: () => hashes.every(({ hash, hex }) => hash.digest("hex") === hex),
	};
}
