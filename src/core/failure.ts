/** Why an entry failed: the closed list of codes that users' scripts match on. */

/** Stable error codes, as results.jsonl and summary.json give them; `http_NNN` carries the status. */
export type FailureCode =
	| "invalid_url"
	| "invalid_option"
	| "broken_list"
	| "unsupported_scheme"
	| "unsafe_path"
	| "exists"
	| "dns"
	| "connect"
	| "tls"
	| "timeout"
	| "reset"
	| "truncated"
	| "protocol"
	| `http_${number}`
	| "too_many_redirects"
	| "too_large"
	| "too_slow"
	| "wrong_type"
	| "checksum"
	| "denied_address"
	| "disk_full"
	| "io"
	| "worker_crashed"
	| "cancelled";

/** A failure as plain data: it crosses threads and processes unchanged. */
export type Failure = {
	readonly code: FailureCode;
	/** One sentence that names the cause and, where there is something to do, what the user can do. */
	readonly message: string;
	/** Whether the same request may succeed when it is made again later. */
	readonly transient: boolean;
	/** Whether nothing else can be stored either: the run ends. */
	readonly endsRun?: boolean;
};

/** A failure that another attempt cannot mend. */
export function permanent(code: FailureCode, message: string): Failure {
	return { code, message, transient: false };
}

/** A failure that may pass. */
export function transient(code: FailureCode, message: string): Failure {
	return { code, message, transient: true };
}
