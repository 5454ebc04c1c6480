/** Names what went wrong on the file system: from its errors to the failure codes of the contract. */
import { describe, firstLine } from "../core/describe-error.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";
import { fileErrorCode } from "../files/file-error.ts";

/** Classifies an error of the file system; `what` names the file or folder for the message. */
export function classifyFileError(error: unknown, what: string): Failure {
	const { code: named, message } = describe(error);
	const code = fileErrorCode(error) || named;
	switch (code) {
		case "ENOSPC":
			return permanent("disk_full", `no space left for ${what}: free some, then run the same command again`);
		case "EDQUOT":
			return permanent(
				"disk_full",
				`the disk quota is used up for ${what}: free some, then run the same command again`,
			);
		case "EMFILE":
		case "ENFILE":
			return transient("io", `too many open files (${code}): lower --concurrency or raise ulimit -n`);
		case "part_lost":
			return transient("io", `${what}: ${message}`);
		case "ENOENT":
		case "EBUSY":
		case "ETXTBSY":
		case "ESTALE":
		case "EAGAIN":
			// A folder that was removed meanwhile, a scanner that holds the file, a share that has lost it.
			return transient("io", `${what} cannot be written (${code})`);
		case "EACCES":
		case "EPERM":
		case "EROFS":
			return permanent("io", `${what} cannot be written (${code}): check its permissions`);
		default:
			return permanent("io", `${what} cannot be written (${code || firstLine(message)})`);
	}
}
