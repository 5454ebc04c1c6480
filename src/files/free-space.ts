/** How much room a disk has left. */
import { statfsSync } from "node:fs";

/** Bytes that this user may still write; undefined where the system does not say. */
export function freeBytes(path: string): number | undefined {
	try {
		const { bavail, bsize, blocks } = statfsSync(path);
		// Some file systems of the network and of memory say nothing of their size.
		return blocks === 0 ? undefined : bavail * bsize;
	} catch {
		return undefined;
	}
}
