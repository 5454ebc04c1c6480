/** Checks the digest of a complete part: while the bytes come, or from the file when they came in several attempts. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Checksum } from "../core/checksum.ts";
import { type Failure, transient } from "../core/failure.ts";
import type { Part } from "./part.ts";

export type Verifier = {
	/** Bytes in their order. */
	update(chunk: Buffer): void;
	/** Everything so far is void: the file begins again. */
	restart(): void;
	/** @returns A failure where the digest differs, else undefined. */
	verify(part: Part): Promise<Failure | undefined>;
};

/** @param continued - Whether bytes of an earlier attempt are in the part already. */
export function createVerifier(checksum: Checksum, continued: boolean): Verifier {
	let hash: Hash | undefined = continued ? undefined : createHash(checksum.algorithm);
	return {
		update(chunk) {
			hash?.update(chunk);
		},
		restart() {
			hash = createHash(checksum.algorithm);
		},
		async verify(part) {
			if (!hash) {
				hash = createHash(checksum.algorithm);
				// What was written, whatever has its name now.
				if (part.file) await pipeline(createReadStream("", { fd: part.file.fd, start: 0, autoClose: false }), hash);
			}
			const found = hash.digest("hex");
			if (found === checksum.hex) return undefined;
			return transient(
				"checksum",
				`the ${checksum.algorithm} digest is ${found}, not ${checksum.hex} as the list says`,
			);
		},
	};
}
