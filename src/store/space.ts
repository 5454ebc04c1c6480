/** Whether large files fit on the disk: asked before they are begun, and with what is on its way already. */
import { freeBytes } from "../files/free-space.ts";

/** What is smaller is not asked about, in bytes. */
export const smallBytes: number = 16 * 1024 * 1024;

export type Space = {
	/** @param bytes - That a large file still needs. @returns What is wrong, where they do not fit. */
	lacking(bytes: number): string | undefined;
};

/** @param incoming - Bytes that the large files on their way still need. */
export function createSpace(dir: string, incoming: () => number): Space {
	return {
		lacking(bytes) {
			const free = freeBytes(dir);
			const others = incoming();
			if (free === undefined || bytes + others <= free) return undefined;
			const beside = others > 0 ? `, ${others} of them for other files on their way` : "";
			return `no space left: ${bytes + others} bytes are needed${beside}, and ${free} are free in the download directory`;
		},
	};
}
