/** Fetches the file of a server of one large file, and looks at what came. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { RunOptions } from "../../src/core/options.ts";
import { type ListRun, partsIn, runList } from "../run/run-list.ts";
import { bodyOf, type LargeFile, mebibyte, type ServedFile, serveLarge } from "./large-file.ts";

export const body: Buffer = bodyOf(1, 6 * mebibyte);
export const other: Buffer = bodyOf(2, 6 * mebibyte);

export type Fetched = ListRun & { readonly server: ServedFile };

export async function fetchLarge(
	context: TestContext,
	file: Partial<LargeFile>,
	options: Partial<RunOptions> = {},
): Promise<Fetched> {
	const server = await serveLarge(context, { body, ...file });
	const run = await runList(context, `${server.url}/f`, { options: { segments: 4, ...options } });
	return { ...run, server };
}

export function assertWhole({ dir, outcomes }: ListRun, expected: Buffer = body): void {
	assert.equal(outcomes[0]?.status, "saved", `${outcomes[0]?.error?.message}`);
	assert(readFileSync(join(dir, "f")).equals(expected), "the file has other bytes");
	assert.deepEqual(partsIn(dir), []);
}

/** What was sent beyond the file, as a share of it. */
export function surplusOf({ asked }: ServedFile, sizeBytes: number): number {
	return asked.reduce((sum, { sent }) => sum + sent, 0) / sizeBytes - 1;
}
