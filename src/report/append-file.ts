/** A file that is written from its start onwards, where a write that must not wait may overtake one under way. */
import { writeSync } from "node:fs";
import { open } from "node:fs/promises";

export type AppendFile = {
	append(bytes: Buffer): Promise<void>;
	/** Writes at once. Each write has its own place in the file, so this keeps the order while `append` is under way. */
	appendSync(bytes: Buffer): void;
	close(): Promise<void>;
};

/** Creates the file; its functions, like this one, throw what the file system says. */
export async function createAppendFile(path: string): Promise<AppendFile> {
	const file = await open(path, "wx");
	let size = 0;

	const place = (bytes: Buffer): number => {
		const at = size;
		size += bytes.length;
		return at;
	};

	return {
		async append(bytes) {
			const at = place(bytes);
			for (let done = 0; done < bytes.length; ) {
				done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
			}
		},
		appendSync(bytes) {
			const at = place(bytes);
			for (let done = 0; done < bytes.length; ) {
				done += writeSync(file.fd, bytes, done, bytes.length - done, at + done);
			}
		},
		close: () => file.close(),
	};
}
