/** What keeps a cluster from working, in one line that names it. */

export type ClusterErrorCode = "cluster_unusable" | "cluster_message";

/** Users get its message; of `cluster_unusable` the exit code is 3. */
export class ClusterError extends Error {
	override readonly name = "ClusterError";
	readonly code: ClusterErrorCode;
	constructor(code: ClusterErrorCode, message: string, details: { readonly cause?: unknown } = {}) {
		super(message, details.cause === undefined ? undefined : { cause: details.cause });
		this.code = code;
	}
}

export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
