/** What a server asks for with WWW-Authenticate or Proxy-Authenticate (RFC 9110, 11.6.1). */

export type Challenge = {
	/** In lower case. */
	readonly scheme: string;
	/** Names in lower case. */
	readonly parameters: ReadonlyMap<string, string>;
};

/** A parameter, or the beginning of a challenge: a scheme alone, or with its first parameter or token behind it. */
const part =
	/[\s,]*(?:([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"=]+(?=[ \t]*(?:,|$))))|([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?:[ \t]+[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$)))?)/y;

/** Reads all fields; what cannot be read ends its field. */
export function parseChallenges(fields: readonly string[]): Challenge[] {
	const found: { scheme: string; parameters: Map<string, string> }[] = [];
	for (const field of fields) {
		part.lastIndex = 0;
		for (let match = part.exec(field); match; match = part.exec(field)) {
			const [, name, quoted, plain, scheme] = match;
			if (scheme !== undefined) found.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
			else found.at(-1)?.parameters.set(name?.toLowerCase() ?? "", quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "");
		}
	}
	return found;
}
