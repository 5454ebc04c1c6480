/** How a file gets its name where the file system has no hard links (exFAT, some network shares). */
import { closeSync, openSync, renameSync } from "node:fs";
import { describe } from "../core/describe-error.ts";

const codes: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** Whether the error of `link` says that there are no links here. */
export function lacksLinks(code: string): boolean {
	return codes.has(code);
}

/**
 * Reserves the name with an empty file, which fails where it exists, then renames over that file.
 * A run killed between the two leaves the empty file behind: this is the one promise that such a file system cannot hold.
 * @returns Whether the file has the name now; false where something else has it.
 */
export function linkWithoutLinks(source: string, target: string): boolean {
	try {
		closeSync(openSync(target, "wx"));
	} catch (error) {
		if (describe(error).code === "EEXIST") return false;
		throw error;
	}
	renameSync(source, target);
	return true;
}
