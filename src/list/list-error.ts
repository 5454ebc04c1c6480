/** The error of a list that cannot be read. */
import { publicMessage } from "../core/public-url.ts";
import { placeOf } from "./broken-list-error.ts";

/** Ends a run before it starts, or while the list is still being read: not the fault of any entry. */
export class ListError extends Error {
	readonly code = "list_unreadable";
	/** What the user can do. */
	readonly hint: string;

	constructor(list: string, cause: unknown) {
		const [problem, hint] = explain(cause);
		super(`cannot read the list ${list}: ${problem}`, { cause });
		this.name = "ListError";
		this.hint = hint;
	}
}

const explanations: Readonly<Record<string, readonly [problem: string, hint: string]>> = {
	ENOENT: ["no such file", "check the path; - stands for standard input"],
	ENOTDIR: ["no such file", "check the path; - stands for standard input"],
	EISDIR: ["it is a directory", "name a file in it"],
	EACCES: ["permission denied", "make the file readable for this user"],
	EPERM: ["permission denied", "make the file readable for this user"],
};

function explain(cause: unknown): readonly [problem: string, hint: string] {
	const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
	const message = cause instanceof Error ? cause.message : String(cause);
	const line = placeOf(cause) ?? 1;
	// What stands in the list may be shown: its first row, for one.
	const problem = publicMessage(line > 1 ? `${message} (line ${line})` : message);
	return explanations[code] ?? [problem, "check that the file can be read to its end"];
}
