/** What an error tells of its cause: code, message, and the system call that failed. */

export type Described = { readonly code: string; readonly message: string; readonly syscall?: string };

/** The most telling error: several may be gathered in one, or be the cause of another. */
export function describe(error: unknown): Described {
	if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
	if (!(error instanceof Error)) return { code: "", message: String(error) };
	const code = "code" in error && typeof error.code === "string" ? error.code : "";
	const syscall = "syscall" in error && typeof error.syscall === "string" ? { syscall: error.syscall } : {};
	if (code === "" && error.cause instanceof Error) return describe(error.cause);
	return { code, message: error.message, ...syscall };
}

export function firstLine(text: string): string {
	return text.split("\n", 1)[0] ?? "";
}

const unreadable: Readonly<Record<string, string>> = {
	ENOENT: "no such file",
	ENOTDIR: "no such file",
	EISDIR: "it is a directory",
	EACCES: "permission denied",
	EPERM: "permission denied",
};

/** Why a file that the user named cannot be read. */
export function whyUnreadable(error: unknown): string {
	const { code, message } = describe(error);
	return unreadable[code] ?? message;
}
