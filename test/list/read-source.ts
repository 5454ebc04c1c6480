/** Reads a list as the command line does, from a file or from bytes in one. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import type { Entry } from "../../src/core/entry.ts";
import type { GivenValues } from "../../src/core/resolve-options.ts";
import { openLists } from "../../src/list/open-lists.ts";

export type ReadSource = { readonly entries: readonly Entry[]; readonly warnings: readonly string[] };

/** A list that another program wrote. */
export function writtenBy(name: string): string {
	return fileURLToPath(new URL(`files/${name}`, import.meta.url));
}

const folder = mkdtempSync(join(tmpdir(), "downspout-list-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Reads a file of this name with these bytes. */
export function readBytes(name: string, bytes: string | Uint8Array, values: GivenValues = {}): Promise<ReadSource> {
	const path = join(folder, name);
	writeFileSync(path, bytes);
	return readSource(path, values);
}

export async function readSource(source: string, values: GivenValues = {}): Promise<ReadSource> {
	const warnings: string[] = [];
	const entries: Entry[] = [];
	await using list = await openLists([source], values, new AbortController().signal);
	for await (const batch of list.entries((message) => warnings.push(message))) entries.push(...batch);
	return { entries, warnings };
}

/** What of an entry a table of cases names: its line, its URLs, and why it failed. */
export function brief({ entries }: ReadSource): unknown[] {
	return entries.map(({ line, urls, failure }) => [line, urls.join(" "), ...(failure ? [failure.code] : [])]);
}
