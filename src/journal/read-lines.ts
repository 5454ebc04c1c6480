/** Reads a file line by line, with the place of each line, in bounded memory. */
import { closeSync, constants, readSync } from "node:fs";
import { openTrusted } from "../files/trust.ts";

const blockBytes = 1024 * 1024;
/** A longer line is damage: it is cut there. */
const longestLineBytes = 64 * 1024;
const newline = 10;

export type PlacedLine = {
	readonly text: string;
	/** Bytes before the line. */
	readonly offset: number;
	/** Whether a line end follows: a line without one is torn. */
	readonly ended: boolean;
};

/** @param file - Its path, or a descriptor, which stays open. @throws {NodeJS.ErrnoException} the file cannot be read. */
export function* readLines(file: string | number): Generator<PlacedLine> {
	const fd = typeof file === "number" ? file : openTrusted(file, constants.O_RDONLY);
	try {
		let at = 0;
		const block = Buffer.allocUnsafe(blockBytes);
		let rest = Buffer.alloc(0);
		let offset = 0;
		for (;;) {
			const read = readSync(fd, block, 0, block.length, at);
			if (read === 0) break;
			at += read;
			const data = rest.length === 0 ? block.subarray(0, read) : Buffer.concat([rest, block.subarray(0, read)]);
			let start = 0;
			for (let end = data.indexOf(newline); end >= 0; end = data.indexOf(newline, start)) {
				yield { text: data.toString("utf8", start, end), offset: offset + start, ended: true };
				start = end + 1;
			}
			if (data.length - start > longestLineBytes) {
				yield { text: data.toString("utf8", start), offset: offset + start, ended: true };
				start = data.length;
			}
			rest = Buffer.from(data.subarray(start));
			offset += start;
		}
		if (rest.length > 0) yield { text: rest.toString("utf8"), offset, ended: false };
	} finally {
		if (fd !== file) closeSync(fd);
	}
}
