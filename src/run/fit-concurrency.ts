/** Keeps a run within what the system lets a process open. */
import type { RunOptions } from "../core/options.ts";

/** Files that a process needs beside its downloads: modules, logs, journal, event loop, threads. */
const ownFiles = 60;
/** A download may have a socket and a file. */
const filesPerDownload = 2;

/**
 * As many downloads at once as there are files to be had.
 * @param limit - Open files that one process may have; undefined where that is not known.
 * @returns The options, changed where they ask for more, and then what to tell the user.
 */
export function fitConcurrency(
	options: RunOptions,
	limit: number | undefined,
): { options: RunOptions; warning?: string } {
	// The workers of a cluster have limits of their own.
	if (limit === undefined || options.method === "cluster") return { options };
	const perProcess = Math.max(1, Math.floor((limit - ownFiles) / filesPerDownload));
	const most = options.method === "processes" ? perProcess * options.workers : perProcess;
	if (options.concurrency <= most) return { options };
	const warning = `${limit} open files (ulimit -n) suffice for ${most} downloads at once, not ${options.concurrency}: going on with ${most}`;
	return {
		options: {
			...options,
			concurrency: most,
			perHost: Math.min(options.perHost, most),
			workers: Math.min(options.workers, most),
		},
		warning,
	};
}
