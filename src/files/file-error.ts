/** What an error of the file system is: its code, also where Node has no name for it. */
import { constants } from "node:os";

/** Node calls a quota that is used up `UNKNOWN`: 122 on Linux, 69 on macOS and the BSDs. */
const { EDQUOT } = constants.errno;

/** Such as `ENOSPC`; empty where the error has none. */
export function fileErrorCode(error: unknown): string {
	if (!(error instanceof Error)) return "";
	if ("errno" in error && typeof error.errno === "number" && -error.errno === EDQUOT) return "EDQUOT";
	return "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Whether the disk or the quota is full. */
export function isOutOfSpace(error: unknown): boolean {
	const code = fileErrorCode(error);
	return code === "ENOSPC" || code === "EDQUOT";
}

/** The error in words. */
export function explainFileError(error: unknown): string {
	if (fileErrorCode(error) === "EDQUOT") return "the disk quota is used up (EDQUOT)";
	return error instanceof Error ? error.message : String(error);
}
