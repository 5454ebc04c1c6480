/** The error of a command line, or of library options, that cannot be used. */

/** Says in one line what was given and what would have been right. The command line exits with 2 for it. */
export class UsageError extends Error {
	readonly code = "usage";
	override readonly name = "UsageError";
}
