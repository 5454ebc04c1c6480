/** The list of an origin's URLs, made and written as a stream. */
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { originPath } from "./content.ts";
import type { OriginOptions } from "./options.ts";
import { drawSize } from "./size-spec.ts";

/** URLs a write. */
const batchLines = 1000;

/** The URLs in the order of the list, spread over the bases in turn. */
export function* listUrls(
	{ files, size, seed }: OriginOptions,
	bases: readonly string[],
): Generator<string, void, undefined> {
	for (let index = 0; index < files; index++) {
		yield `${bases[index % bases.length]}${originPath(index, drawSize(size, seed, index))}`;
	}
}

/** Writes one URL a line, over what was there. */
export async function writeUrlList(file: string, urls: Iterable<string>, signal?: AbortSignal): Promise<void> {
	await pipeline(batches(urls), createWriteStream(file), ...(signal ? [{ signal }] : []));
}

function* batches(urls: Iterable<string>): Generator<string, void, undefined> {
	let lines: string[] = [];
	for (const url of urls) {
		lines.push(url, "\n");
		if (lines.length < 2 * batchLines) continue;
		yield lines.join("");
		lines = [];
	}
	yield lines.join("");
}
