/** What the origin throws when it cannot start. */

/** `origin_listen`: an address or port cannot be used; `origin_file`: the list or certificate cannot be written. */
export type OriginErrorCode = "origin_listen" | "origin_file";

/** The origin could not start. */
export class OriginError extends Error {
	readonly code: OriginErrorCode;
	/** What the user can do about it. */
	readonly hint: string;

	constructor(code: OriginErrorCode, message: string, more: { readonly cause: unknown; readonly hint: string }) {
		super(message, { cause: more.cause });
		this.name = "OriginError";
		this.code = code;
		this.hint = more.hint;
	}
}
