/** A file that is written from its start onwards, where a write that must not wait may overtake one under way. */
import { writeSync } from "node:fs";
import { open } from "node:fs/promises";

export type AppendFile = {
	append(bytes: Buffer): Promise<void>;
	/** Writes at once. Each write has its own place in the file, so this keeps the order while `append` is under way. */
	appendSync(bytes: Buffer): void;
	/** Writes what is under way once more, at its place: for the end of the process, which waits for nothing. */
	finishSync(): void;
	close(): Promise<void>;
};

/** Creates the file; its functions, like this one, throw what the file system says. */
export async function createAppendFile(path: string): Promise<AppendFile> {
	const file = await open(path, "wx");
	let size = 0;
	const underWay = new Map<number, Buffer>();

	const place = (bytes: Buffer): number => {
		const at = size;
		size += bytes.length;
		return at;
	};

	const writeAt = (at: number, bytes: Buffer): void => {
		for (let done = 0; done < bytes.length; ) {
			done += writeSync(file.fd, bytes, done, bytes.length - done, at + done);
		}
	};

	return {
		async append(bytes) {
			const at = place(bytes);
			underWay.set(at, bytes);
			try {
				for (let done = 0; done < bytes.length; ) {
					done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
				}
			} finally {
				underWay.delete(at);
			}
		},
		appendSync: (bytes) => writeAt(place(bytes), bytes),
		finishSync() {
			for (const [at, bytes] of underWay) writeAt(at, bytes);
		},
		close: () => file.close(),
	};
}
