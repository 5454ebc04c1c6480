#!/usr/bin/env node
// The command `downspout`: checks the Node version, answers --version by itself, and loads the rest only when needed.
import { existsSync, readFileSync } from "node:fs";
import * as module from "node:module";

const [major = 0, minor = 0, patch = 0] = process.versions.node.split(".").map(Number);
const root = new URL("../", import.meta.url);
const main = new URL("dist/command/main.js", root);

if ([major - 20, minor - 18, patch - 1].find((difference) => difference !== 0) < 0) {
	fail(`needs Node 20.18.1 or newer, and this is ${process.versions.node}`);
} else if (process.argv.length === 3 && process.argv[2] === "--version") {
	process.stdout.write(`${JSON.parse(readFileSync(new URL("package.json", root), "utf8")).version}\n`);
} else if (!existsSync(main)) {
	fail("is not built yet: run 'npm start' or 'npm run build' in its folder first");
} else {
	module.enableCompileCache?.();
	await import(main.href);
}

/** @param {string} reason */
function fail(reason) {
	process.stderr.write(`downspout ${reason}\n`);
	process.exitCode = 2;
}
