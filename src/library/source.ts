/** Opens what a program wants downloaded: a list, as the command line takes it, or an iterable of its own. */
import { fileURLToPath } from "node:url";
import { quote } from "../core/read-option.ts";
import type { GivenValues } from "../core/resolve-options.ts";
import { UsageError } from "../core/usage-error.ts";
import { type JoinedList, openLists, resolveListOptions } from "../list/open-lists.ts";
import { type DownloadSource, entriesFrom } from "./entries-from.ts";

/**
 * @throws {UsageError} it is nothing of the kind.
 * @throws {ListError} the list cannot be read.
 */
export async function openSource(
	source: DownloadSource,
	values: GivenValues,
	signal: AbortSignal,
): Promise<JoinedList> {
	if (source instanceof URL) return openLists([pathOrUrl(source)], values, signal);
	if (typeof source === "string") return openLists([source], values, signal);
	if (!isIterable(source)) {
		throw new UsageError(`the source is a path, a URL or an iterable of URLs and entries, and not ${quote(source)}`);
	}
	const { base } = resolveListOptions(values);
	return {
		name: "-",
		entries: (warn) => entriesFrom(source, { base, warn }),
		fractionRead: () => undefined,
		async [Symbol.asyncDispose]() {},
	};
}

function pathOrUrl(url: URL): string {
	return url.protocol === "file:" ? fileURLToPath(url) : url.href;
}

function isIterable(source: unknown): boolean {
	return typeof source === "object" && source !== null && (Symbol.iterator in source || Symbol.asyncIterator in source);
}
