/** The exit codes of the command line, which users' scripts depend on. */

export const exitCodes = {
	done: 0,
	/** At least one entry failed. */
	failed: 1,
	/** The command line or the list could not be used. */
	usage: 2,
	/** The run itself could not start or go on. */
	broken: 3,
} as const;

/** The exit codes of a run that a signal stopped, as a shell would give them. */
export const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignal = keyof typeof signalCodes;

/** The exit code for an error that the user can mend; undefined for a defect of ours. */
export function exitCodeOf(error: unknown): number | undefined {
	if (!(error instanceof Error) || !("code" in error)) return undefined;
	if (error.code === "usage" || error.code === "list_unreadable") return exitCodes.usage;
	if (error.code === "log_dir_unusable" || error.code === "cluster_unusable") return exitCodes.broken;
	return undefined;
}
