/** Checks the pieces of a file as its bytes come. */
import { createHash } from "node:crypto";
import type { Pieces } from "../core/entry.ts";

export type PieceCheck = {
	/** Bytes in their order. */
	update(chunk: Buffer): void;
	/** The pieces that differ, those that are missing included, counted from 0. To be called once, at the end. */
	wrong(): readonly number[];
};

export function createPieceCheck({ algorithm, lengthBytes, hexes }: Pieces): PieceCheck {
	const wrong: number[] = [];
	let piece = 0;
	let pieceBytes = 0;
	let hash = createHash(algorithm);

	const endPiece = (): void => {
		if (hash.digest("hex") !== hexes[piece]) wrong.push(piece);
		piece++;
		pieceBytes = 0;
		hash = createHash(algorithm);
	};

	return {
		update(chunk) {
			for (let offset = 0; offset < chunk.length; ) {
				const end = Math.min(chunk.length, offset + lengthBytes - pieceBytes);
				hash.update(chunk.subarray(offset, end));
				pieceBytes += end - offset;
				offset = end;
				if (pieceBytes === lengthBytes) endPiece();
			}
		},
		wrong() {
			if (pieceBytes > 0) endPiece();
			while (piece < hexes.length) wrong.push(piece++);
			return wrong;
		},
	};
}
