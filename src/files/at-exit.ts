/** What was told as done must be on disk, whatever ends the process: its own end, an error that nobody catches, a second Ctrl+C. */

const flushes = new Set<() => void>();

/** @param flush - Writes what is held back, at once; it may throw. @returns Forgets it. */
export function atExit(flush: () => void): () => void {
	if (flushes.size === 0) process.on("exit", flushAll);
	flushes.add(flush);
	return () => {
		flushes.delete(flush);
		if (flushes.size === 0) process.off("exit", flushAll);
	};
}

function flushAll(): void {
	for (const flush of flushes) {
		try {
			flush();
		} catch {
			// The others may still be written, and nobody is left to be told.
		}
	}
}
