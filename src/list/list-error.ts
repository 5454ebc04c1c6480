/** The error of a list that cannot be read. */
import { describe, whyUnreadable } from "../core/describe-error.ts";

/** Ends a run before it starts, or while the list is still being read: not the fault of any entry. */
export class ListError extends Error {
	readonly code = "list_unreadable";
	/** What the user can do. */
	readonly hint: string;

	constructor(list: string, cause: unknown) {
		super(`cannot read the list ${list}: ${whyUnreadable(cause)}`, { cause });
		this.name = "ListError";
		this.hint = hints[describe(cause).code] ?? "check that the file can be read to its end";
	}
}

const hints: Readonly<Record<string, string>> = {
	ENOENT: "check the path; - stands for standard input",
	ENOTDIR: "check the path; - stands for standard input",
	EISDIR: "name a file in it",
	EACCES: "make the file readable for this user",
	EPERM: "make the file readable for this user",
};
