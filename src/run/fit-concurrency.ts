/** Keeps a run within what the system lets a process open. */
import type { RunOptions } from "../core/options.ts";

/** Files that a process needs beside its downloads: modules, logs, journal, event loop, threads. */
const ownFiles = 60;
/** The most that a search for the best level comes to. */
const mostFound = 1024;
/** Most that a run has out to the workers of a cluster. */
const mostInCluster = 100_000;
/** A download may have a socket and a file. */
const filesPerDownload = 2;

/**
 * As many downloads at once as there are files to be had.
 * @param limit - Open files that one process may have; undefined where that is not known.
 * @returns The options, changed where they ask for more, and then what to tell the user; `most` bounds a level that is
 * searched for.
 */
export function fitConcurrency(
	options: RunOptions,
	limit: number | undefined,
): { options: RunOptions; most: number; warning?: string } {
	const { concurrency, perHost } = options;
	const wanted =
		concurrency === "auto" ? Math.max(mostFound, perHost === "auto" ? 0 : perHost, options.workers) : concurrency;
	// The workers of a cluster have limits of their own.
	if (options.method === "cluster") return { options, most: concurrency === "auto" ? mostInCluster : concurrency };
	if (limit === undefined) return { options, most: wanted };
	const perProcess = Math.max(1, Math.floor((limit - ownFiles) / filesPerDownload));
	const most = options.method === "processes" ? perProcess * options.workers : perProcess;
	if (wanted <= most) return { options, most: wanted };
	if (concurrency === "auto") return { options: { ...options, workers: Math.min(options.workers, most) }, most };
	const warning = `${limit} open files (ulimit -n) suffice for ${most} downloads at once, not ${concurrency}: going on with ${most}`;
	return {
		options: {
			...options,
			concurrency: most,
			perHost: perHost === "auto" ? perHost : Math.min(perHost, most),
			workers: Math.min(options.workers, most),
		},
		most,
		warning,
	};
}
