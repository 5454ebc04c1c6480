/** The Link field (RFC 8288): its links with their parameters. */

export type Link = {
	/** As it stands: it may be relative. */
	readonly target: string;
	/** By their names in lower case; of two the first counts. */
	readonly parameters: ReadonlyMap<string, string>;
};

/** Longest field that is read, and most links of it. */
const longestField = 64 * 1024;
const mostLinks = 256;

/** One link's target, or one parameter, from where the expression stands. */
const targetAt = /[\s,]*<([^>]*)>/y;
const parameterAt = /\s*;\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/y;

/** @param value - All values of the field with commas between them. @returns Those before what cannot be read. */
export function parseLinks(value: string): readonly Link[] {
	const links: Link[] = [];
	if (value.length > longestField) return links;
	for (let at = 0; links.length < mostLinks; ) {
		targetAt.lastIndex = at;
		const target = targetAt.exec(value);
		if (!target) return links;
		at = targetAt.lastIndex;
		const parameters = new Map<string, string>();
		for (;;) {
			parameterAt.lastIndex = at;
			const [, name, quoted, plain = ""] = parameterAt.exec(value) ?? [];
			if (name === undefined) break;
			at = parameterAt.lastIndex;
			const key = name.toLowerCase();
			if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, "$1") ?? plain);
		}
		links.push({ target: target[1] ?? "", parameters });
		// Else it is no list any more.
		const rest = /[ \t]*(?:,|$)/y;
		rest.lastIndex = at;
		if (!rest.test(value)) return links;
	}
	return links;
}

/** Whether a link has a relation: the parameter may name several. */
export function hasRelation({ parameters }: Link, relation: string): boolean {
	return parameters.get("rel")?.toLowerCase().split(/\s+/).includes(relation) ?? false;
}
