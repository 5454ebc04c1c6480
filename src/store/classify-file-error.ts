/** Names what went wrong on the file system: from its errors to the failure codes of the contract. */
import { describe, firstLine } from "../core/describe-error.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";

/** Classifies an error of the file system; `what` names the file or folder for the message. */
export function classifyFileError(error: unknown, what: string): Failure {
	const { code, message } = describe(error);
	switch (code) {
		case "ENOSPC":
		case "EDQUOT":
			return permanent("disk_full", `no space left for ${what}: free some, then run the same command again`);
		case "EMFILE":
		case "ENFILE":
			return transient("io", `too many open files (${code}): lower --concurrency or raise ulimit -n`);
		case "EACCES":
		case "EPERM":
		case "EROFS":
			return permanent("io", `${what} cannot be written (${code}): check its permissions`);
		default:
			return permanent("io", `${what} cannot be written (${code || firstLine(message)})`);
	}
}
