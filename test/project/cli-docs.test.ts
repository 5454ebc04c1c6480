/** docs/cli.md and the manual page say what the tables of options say. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cliDocs } from "../../scripts/cli-docs.ts";
import { manPage } from "../../scripts/man-page.ts";
import { optionTable } from "../../src/core/option-table.ts";
import { commandIsThere, skipUnless } from "../skip-unless.ts";
import { projectRoot } from "./source-files.ts";

test("docs/cli.md is up to date (npm run docs)", () => {
	assert.equal(readFileSync(`${projectRoot}docs/cli.md`, "utf8"), cliDocs());
});

test("docs/downspout.1 is up to date (npm run docs)", () => {
	assert.equal(readFileSync(`${projectRoot}docs/downspout.1`, "utf8"), manPage());
});

test("the README names every option with an example, and none that is not there", () => {
	const readme = readFileSync(`${projectRoot}README.md`, "utf8");
	// Examples stand in code.
	const code = Array.from(readme.matchAll(/`([^`\n]+)`|^ {4}(.+)$/gm), ([, span, block]) => span ?? block ?? "").join(
		"\n",
	);
	const named = new Set(Array.from(code.matchAll(/(?<=^|\s)--([a-z][a-z0-9-]*)/gm), ([, name = ""]) => name));
	for (const { name } of Object.values(optionTable)) assert(named.has(name), `--${name}`);
	const known = new Set(
		["help", "version"].concat(Array.from(cliDocs().matchAll(/--([a-z][a-z0-9-]*)/g), ([, name = ""]) => name)),
	);
	for (const name of named) assert(known.has(name), `--${name}`);
});

const man = { skip: skipUnless(commandIsThere("man"), "Debian's man-db") };

test("man shows the page, with every option, and has nothing to complain of", man, () => {
	const args = ["--warnings", "-E", "UTF-8", "-P", "cat", "-l", `${projectRoot}docs/downspout.1`];
	const env = { ...process.env, MANWIDTH: "200", MAN_KEEP_FORMATTING: "" };
	const shown = execFileSync("man", args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
	for (const { name } of Object.values(optionTable)) assert(shown.includes(`--${name}`), name);
	for (const heading of ["NAME", "SYNOPSIS", "EXIT STATUS", "FILES"])
		assert.match(shown, new RegExp(`^${heading}$`, "m"));
});
