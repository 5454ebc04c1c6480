/** A folder of one test, gone after it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

export function freshFolder(context: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), "downspout-run-"));
	context.after(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}
