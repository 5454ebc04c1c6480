/** Whether a complete part has the bytes of a file that is there already. */
import { createReadStream, lstatSync } from "node:fs";
import type { Part } from "./part.ts";

/** @param path - Of the file. What cannot be read is not the same. */
export async function hasBytesOf(part: Part, path: string): Promise<boolean> {
	try {
		const found = lstatSync(path, { throwIfNoEntry: false });
		if (found?.size !== part.bytes || !found.isFile()) return false;
		const pieces = piecesOf(part);
		let piece: Buffer = Buffer.alloc(0);
		for await (const read of createReadStream(path)) {
			let rest: Buffer = Buffer.from(read);
			while (rest.length > 0) {
				if (piece.length === 0) {
					const next = await pieces.next();
					if (next.done) return false;
					piece = next.value;
				}
				const length = Math.min(piece.length, rest.length);
				if (!piece.subarray(0, length).equals(rest.subarray(0, length))) return false;
				piece = piece.subarray(length);
				rest = rest.subarray(length);
			}
		}
		return true;
	} catch {
		return false;
	}
}

async function* piecesOf({ file, memory, bytes }: Part): AsyncGenerator<Buffer> {
	if (!file) {
		if (memory && bytes > 0) yield memory.subarray(0, bytes);
		return;
	}
	for await (const read of createReadStream("", { fd: file.fd, start: 0, autoClose: false })) yield Buffer.from(read);
}
