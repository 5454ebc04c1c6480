/** Sends a part of a file over a socket, through few buffers that are used again: memory does not grow with the file. */
import { open } from "node:fs/promises";
import type { Socket } from "node:net";

export type FilePart = {
	readonly path: string;
	/** First byte. */
	readonly start: number;
	/** The byte after the last one. */
	readonly end: number;
};

const bufferBytes = 256 * 1024;
const mostKept = 8;
const kept: Buffer[] = [];

/** @throws {Error} the file is shorter by now or cannot be read, or the connection is lost. */
export async function sendFile(socket: Socket, { path, start, end }: FilePart): Promise<void> {
	const file = await open(path);
	try {
		const buffer = kept.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
		for (let at = start; at < end; ) {
			const { bytesRead } = await file.read(buffer, 0, Math.min(bufferBytes, end - at), at);
			if (bytesRead === 0) throw new Error(`${path} is shorter than it was`);
			await write(socket, buffer.subarray(0, bytesRead));
			at += bytesRead;
		}
		// Not where it broke off: the system may still read it then.
		if (kept.length < mostKept) kept.push(buffer);
	} finally {
		await file.close();
	}
}

/** Resolves when the bytes have left the buffer. */
function write(socket: Socket, bytes: Buffer): Promise<void> {
	return new Promise((resolve, reject) => {
		socket.write(bytes, (error) => (error ? reject(error) : resolve()));
	});
}
