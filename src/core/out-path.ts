/** Proves that the `out` and `dir` of an entry stay inside the download directory, as far as text can tell. */
import { safeName } from "./safe-name.ts";
import { isStateName } from "./state-layout.ts";

/**
 * The path to save under, relative to the download directory, with `/` between its segments, each made safe.
 * Undefined when it is unsafe: absolute (in Windows' way too), leading out, into `.downspout`, or without a name at its
 * end. A `\` becomes `_`, but is judged as a separator too, so that a list means the same everywhere.
 * Symbolic links are for the file system to judge.
 * @param dir folder that `out` is relative to
 */
export function safeOutPath(out: string, dir = ""): string | undefined {
	if (isAbsolute(out) || isAbsolute(dir) || endsWithoutName(out)) return undefined;
	return safeRelative(dir === "" ? out : `${dir}/${out}`);
}

/** The folder that `dir` names, like `safeOutPath`; empty for the download directory itself. */
export function safeFolderPath(dir: string): string | undefined {
	return isAbsolute(dir) ? undefined : safeRelative(dir);
}

function safeRelative(path: string): string | undefined {
	const segments = resolveSegments(path.split("/"));
	if (segments === undefined || resolveSegments(path.split(/[/\\]/)) === undefined) return undefined;
	return segments.join("/");
}

/** The segments made safe, with `..` applied; undefined where they lead out or into a folder of state. */
function resolveSegments(segments: readonly string[]): string[] | undefined {
	const resolved: string[] = [];
	for (const segment of segments) {
		if (segment === "" || segment === ".") continue;
		if (segment !== "..") resolved.push(safeName(segment, { fromOut: true }));
		else if (resolved.pop() === undefined) return undefined;
	}
	// A folder below may be a download directory as well, with a state of its own.
	return resolved.some(isStateName) ? undefined : resolved;
}

function isAbsolute(path: string): boolean {
	return /^(?:[/\\]|[a-z]:[/\\])/i.test(path.trimStart());
}

function endsWithoutName(path: string): boolean {
	return /(?:^|[/\\])\.{0,2}$/.test(path.trim());
}
