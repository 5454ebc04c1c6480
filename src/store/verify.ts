/** Checks a complete part: its size and digests, while the bytes come, or from the file when they came in several attempts. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Checksum } from "../core/checksum.ts";
import type { Pieces } from "../core/entry.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";
import type { Part } from "./part.ts";
import { createPieceCheck, type PieceCheck } from "./piece-check.ts";

export type Verifier = {
	/** Bytes in their order. */
	update(chunk: Buffer): void;
	/** Everything so far is void: the file begins again. */
	restart(): void;
	/** @returns A failure where something differs, else undefined. */
	verify(part: Part): Promise<Failure | undefined>;
	/** The SHA-256 of a part that was verified, where it was computed. */
	sha256(): string | undefined;
};

/** What a file must be, and what is wanted of it. */
export type Expected = {
	/** All of them must hold. */
	readonly checksums?: readonly Checksum[] | undefined;
	readonly sizeBytes?: number | undefined;
	readonly pieces?: Pieces | undefined;
	/** Whether its SHA-256 is wanted in any case. */
	readonly sha256?: boolean;
};

/** Whether there is anything to verify. */
export function isExpected({ checksums, sizeBytes, pieces, sha256 }: Expected): boolean {
	return checksums !== undefined || sizeBytes !== undefined || pieces !== undefined || sha256 === true;
}

/** @param continued - Whether bytes of an earlier attempt are in the part already. */
export function createVerifier(expected: Expected, continued: boolean): Verifier {
	const { checksums = [], sizeBytes } = expected;
	let checks = continued ? undefined : beginChecks(expected);
	let sha256: string | undefined;
	return {
		update(chunk) {
			checks?.update(chunk);
		},
		restart() {
			checks = beginChecks(expected);
		},
		async verify(part) {
			if (sizeBytes !== undefined && part.bytes !== sizeBytes) return wrongSize(part.bytes, sizeBytes);
			if (!checks) {
				checks = beginChecks(expected);
				// What was written, whatever has its name now.
				const written = part.file && createReadStream("", { fd: part.file.fd, start: 0, autoClose: false });
				if (written) for await (const chunk of written) checks.update(chunk);
			}
			const digests = checks.digests();
			sha256 = digests.get("sha256");
			for (const { algorithm, hex } of checksums) {
				const found = digests.get(algorithm);
				if (found !== hex) return transient("checksum", `the ${algorithm} digest is ${found}, and should be ${hex}`);
			}
			const wrong = checks.wrongPieces();
			return wrong.length === 0
				? undefined
				: transient("checksum", `${wrong.length} pieces differ, the first is ${wrong[0]}`);
		},
		sha256: () => sha256,
	};
}

type Checks = {
	update(chunk: Buffer): void;
	/** By algorithm. */
	digests(): ReadonlyMap<string, string>;
	wrongPieces(): readonly number[];
};

function beginChecks({ checksums = [], pieces, sha256 }: Expected): Checks {
	const algorithms = new Set<string>(checksums.map(({ algorithm }) => algorithm));
	if (sha256) algorithms.add("sha256");
	const hashes = Array.from(algorithms, (algorithm): [string, Hash] => [algorithm, createHash(algorithm)]);
	const pieceCheck: PieceCheck | undefined = pieces && createPieceCheck(pieces);
	return {
		update(chunk) {
			for (const [, hash] of hashes) hash.update(chunk);
			pieceCheck?.update(chunk);
		},
		digests: () => new Map(hashes.map(([algorithm, hash]) => [algorithm, hash.digest("hex")])),
		wrongPieces: () => pieceCheck?.wrong() ?? [],
	};
}

function wrongSize(bytes: number, sizeBytes: number): Failure {
	const message = `${bytes} bytes came, and the list says ${sizeBytes}`;
	return bytes < sizeBytes ? transient("truncated", message) : permanent("too_large", message);
}
