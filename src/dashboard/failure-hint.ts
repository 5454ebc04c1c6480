/** What a user can do about a failure, in one sentence; docs/failures.md tells more. */

const hints: Readonly<Record<string, string>> = {
	invalid_url: "The line is no URL: mend the line of the list.",
	invalid_option: "An option of the entry cannot be used: mend it in the list.",
	broken_list: "The list breaks off here: what comes after it was not read.",
	unsupported_scheme: "Only http and https can be downloaded.",
	unsafe_path: "out or dir leads out of the directory: name a path inside it.",
	exists: "The name is taken: --on-exists rename or skip.",
	dns: "The host is unknown, or could not be looked up now: check the spelling, then try again.",
	connect: "The host refuses connections or cannot be reached: try again later.",
	tls: "The certificate is not trusted: --ca-certificate, or --insecure for a test.",
	timeout: "No connection, byte or end in time: --connect-timeout, --idle-timeout or --timeout.",
	reset: "The server broke the connection: try again, or with fewer at once (--per-host).",
	truncated: "The body ended before its announced length: try again.",
	protocol: "The server does not speak valid HTTP.",
	too_many_redirects: "It redirects in a circle, or more than --max-redirects allows.",
	too_large: "Larger than --max-size allows.",
	too_slow: "Slower than --min-speed for too long: try again later.",
	wrong_type: "Not of a type that --expect-type names.",
	checksum: "The digest differs from the listed one: the file changed, or the list is wrong.",
	denied_address: "The address is not public, and --deny-private refuses it.",
	disk_full: "No space left: free some, then run the same command again.",
	io: "The file could not be written: permissions, or too many open files (ulimit -n).",
	worker_crashed: "Three workers died under the entry: please report it.",
	http_401: "The server wants to know who asks: user:password@ in the URL, --netrc, or a header.",
	http_403: "The server refuses: a header, a cookie or a referer may be missing, or it was asked too fast.",
	http_404: "The server does not have it.",
	http_410: "The server had it once and does not have it any more.",
	http_407: "The proxy wants a user name and a password: --proxy http://user:password@host.",
	http_429: "Asked too often: try again later, with --rate-per-host or a lower --per-host.",
	http_503: "The server is overloaded: try again later, with a lower --per-host.",
};

export function failureHint(code: string): string {
	const known = hints[code];
	if (known !== undefined) return known;
	if (/^http_5/.test(code)) return "The server had an error: try again later.";
	if (/^http_/.test(code)) return "The server answered so: open the URL to see why.";
	return "See docs/failures.md.";
}
