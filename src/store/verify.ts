/** Checks a complete part: its size and digests, while the bytes come, or from the file when they came in several attempts. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Checksum } from "../core/checksum.ts";
import type { Pieces } from "../core/entry.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";
import { type FollowedFile, followFile } from "./hash-thread.ts";
import type { Part } from "./part.ts";
import { createPieceCheck, type PieceCheck } from "./piece-check.ts";

export type Verifier = {
	/** Bytes in their order. */
	update(chunk: Buffer): void;
	/** Everything so far is void: the file begins again. */
	restart(): void;
	/** From here on bytes come in no order, and are not told by `update`; so many are here from the start on. */
	grow(prefixBytes: number): void;
	/** After `verify`: the pieces that differ, counted from 0. */
	wrongPieces(): readonly number[];
	/** @returns A failure where something differs, else undefined. */
	verify(): Promise<Failure | undefined>;
	/** The SHA-256 of a part that was verified, where it was computed. */
	sha256(): string | undefined;
};

export type ExpectedChecksum = Checksum & {
	/** Who says so, where it is not the list. */
	readonly source?: string;
};

/** What a file must be, and what is wanted of it. */
export type Expected = {
	/** All of them must hold. */
	readonly checksums?: readonly ExpectedChecksum[] | undefined;
	readonly sizeBytes?: number | undefined;
	readonly pieces?: Pieces | undefined;
	/** Whether its SHA-256 is wanted in any case. */
	readonly sha256?: boolean;
};

/** Whether there is anything to verify. */
export function isExpected({ checksums, sizeBytes, pieces, sha256 }: Expected): boolean {
	return checksums !== undefined || sizeBytes !== undefined || pieces !== undefined || sha256 === true;
}

/** From so many bytes on, digests come from a thread of their own. */
const largeBytes = 16 * 1024 * 1024;
/** It is told of so many bytes at a time. */
const stepBytes = 4 * 1024 * 1024;

/** @param part - May hold bytes of an earlier attempt; absent where only what comes from now on is checked. */
export function createVerifier(expected: Expected, part: Part | undefined): Verifier {
	const { checksums = [], sizeBytes, pieces } = expected;
	const algorithms = algorithmsOf(expected);
	let checks = part && part.bytes > 0 ? undefined : beginChecks(expected);
	let followed: FollowedFile | undefined;
	let toldBytes = 0;
	let sha256: string | undefined;
	let wrong: readonly number[] = [];

	/** Pieces are checked here: they tell more than a digest does. */
	const follow = (sizeBytes = part?.bytes ?? 0): FollowedFile | undefined =>
		part?.file && !pieces && algorithms.length > 0 && sizeBytes >= largeBytes
			? followFile(part.file.fd, algorithms)
			: undefined;
	const readAll = async (): Promise<Checks> => {
		const all = beginChecks(expected);
		// What was written, whatever has its name now.
		const written = part?.file && createReadStream("", { fd: part.file.fd, start: 0, autoClose: false });
		if (written) for await (const chunk of written) all.update(chunk);
		return all;
	};
	return {
		update(chunk) {
			if (followed) return followed.take(chunk, part?.bytes ?? 0);
			checks?.update(chunk);
			followed = follow(Math.max(part?.bytes ?? 0, part?.source?.totalBytes ?? 0));
			if (followed) checks = undefined;
		},
		restart() {
			checks = beginChecks(expected);
			followed = undefined;
			toldBytes = 0;
		},
		grow(prefixBytes) {
			// What comes in its order was digested here; the rest is read from the file, by a thread where there is one.
			if (checks) followed ??= follow(part?.source?.totalBytes);
			checks = undefined;
			if (!followed || prefixBytes - toldBytes < stepBytes) return;
			toldBytes = prefixBytes;
			followed.follow(toldBytes);
		},
		wrongPieces: () => wrong,
		async verify() {
			if (part && sizeBytes !== undefined && part.bytes !== sizeBytes) return wrongSize(part.bytes, sizeBytes);
			wrong = [];
			if (!checks) followed ??= follow();
			const known = await followed?.digests(part?.bytes ?? 0);
			// Where a size is all that is expected, nobody needs to see the bytes.
			if (!known && (pieces || algorithms.length > 0)) checks ??= await readAll();
			const digests = known ?? checks?.digests();
			sha256 = digests?.get("sha256");
			// Before the digests of the whole, which do not tell where the file is wrong.
			wrong = checks?.wrongPieces() ?? [];
			if (wrong.length > 0) return transient("checksum", `${wrong.length} pieces differ, the first is ${wrong[0]}`);
			for (const { algorithm, hex, source } of checksums) {
				const found = digests?.get(algorithm);
				if (found === hex) continue;
				const by = source === undefined ? "" : `, as the server says (${source})`;
				return transient("checksum", `the ${algorithm} digest is ${found}, and should be ${hex}${by}`);
			}
			return undefined;
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

function algorithmsOf({ checksums = [], sha256 }: Expected): string[] {
	return [...new Set([...checksums.map(({ algorithm }) => algorithm), ...(sha256 ? ["sha256"] : [])])];
}

function beginChecks(expected: Expected): Checks {
	const { pieces } = expected;
	const hashes = algorithmsOf(expected).map((algorithm): [string, Hash] => [algorithm, createHash(algorithm)]);
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
