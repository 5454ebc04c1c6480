/** A folder for one test, gone after it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

export async function freshFolder(context: TestContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "downspout-cli-"));
	context.after(() => rm(folder, { recursive: true, force: true }));
	return folder;
}
