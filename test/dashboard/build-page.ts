/** The page must have been built; `npm test` does that first. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { projectRoot } from "../project/source-files.ts";

export async function buildPage(): Promise<void> {
	if (existsSync(`${projectRoot}dist/dashboard/page.html`)) return;
	await promisify(execFile)(process.execPath, ["scripts/build-page.mjs"], { cwd: projectRoot });
}
