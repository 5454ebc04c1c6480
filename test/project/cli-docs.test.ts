/** docs/cli.md says what the tables of options say. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cliDocs } from "../../scripts/cli-docs.ts";
import { projectRoot } from "./source-files.ts";

test("docs/cli.md is up to date (npm run docs)", () => {
	assert.equal(readFileSync(`${projectRoot}docs/cli.md`, "utf8"), cliDocs());
});
