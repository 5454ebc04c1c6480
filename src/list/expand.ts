/** Makes of an entry whose URLs hold patterns the entries that it stands for (--expand). */
import type { Entry } from "../core/entry.ts";
import { permanent } from "../core/failure.ts";
import { type Glob, parseGlob } from "./glob.ts";
import { boundEntry } from "./limits.ts";
import type { UrlReader } from "./url-reader.ts";

/** Entries that are made at once: what they stand for may be a thousand million. */
const batchSize = 64;

/** Entries in batches. What cannot be read fails as `invalid_url`, mirrors that stand for different numbers of URLs too. */
export function* expandEntry(entry: Entry, readUrl: UrlReader): Generator<readonly Entry[]> {
	if (entry.failure !== undefined) return yield [entry];
	const globs: Glob[] = [];
	for (const url of entry.urls) {
		const glob = parseGlob(url);
		if (typeof glob === "string") return yield [invalid(entry, glob)];
		globs.push(glob);
	}
	const [first, ...others] = globs;
	if (first === undefined) return;
	const odd = others.find(({ count }) => count !== first.count);
	if (odd !== undefined) {
		return yield [invalid(entry, `one mirror stands for ${first.count} URLs and another for ${odd.count}`)];
	}
	for (let from = 0; from < first.count; from += batchSize) {
		const batch: Entry[] = [];
		for (let index = from; index < Math.min(from + batchSize, first.count); index++) {
			const { text, values } = first.at(index);
			const mirrors = others.map((glob) => readUrl(glob.at(index).text));
			batch.push(
				boundEntry({
					...entry,
					urls: [readUrl(text), ...mirrors],
					...(entry.out !== undefined && { out: nameOf(entry.out, values) }),
				}),
			);
		}
		yield batch;
	}
}

/** `#1` is what the first pattern became; a number that no pattern has stays as it is. */
function nameOf(out: string, values: readonly string[]): string {
	return out.replace(/#(\d+)/g, (whole, number: string) => values[Number(number) - 1] ?? whole);
}

function invalid(entry: Entry, problem: string): Entry {
	return { ...entry, failure: permanent("invalid_url", `the pattern cannot be read (--expand): ${problem}`) };
}
