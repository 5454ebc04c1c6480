#!/usr/bin/env node
// The command `downspout`: checks the Node version, answers --version by itself, and loads the rest only when needed.
// Without import statements, with which Node would load the streams of node:fs as well.
const [major = 0, minor = 0, patch = 0] = process.versions.node.split(".").map(Number);

if ([major - 20, minor - 18, patch - 1].find((difference) => difference !== 0) < 0) {
	fail(`needs Node 20.18.1 or newer, and this is ${process.versions.node}`);
} else {
	start();
}

function start() {
	const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
	const root = new URL("../", import.meta.url);
	const main = new URL("dist/command/main.cjs", root);
	if (process.argv.length === 3 && process.argv[2] === "--version") {
		process.stdout.write(`${JSON.parse(readFileSync(new URL("package.json", root), "utf8")).version}\n`);
	} else if (!existsSync(main)) {
		fail("is not built yet: run 'npm start' or 'npm run build' in its folder first");
	} else {
		loadWhole(main)();
	}
}

/**
 * Node's cache of compiled code keeps what was compiled at loading, which is next to nothing unless V8 is told to compile
 * every function then: the rest would be compiled again in each run.
 *
 * @param {URL} main
 * @returns {() => void} runs the command
 */
function loadWhole(main) {
	const { createRequire, enableCompileCache } = process.getBuiltinModule("node:module");
	const { setFlagsFromString } = process.getBuiltinModule("node:v8");
	const isCached = enableCompileCache?.().directory !== undefined;
	if (isCached) setFlagsFromString("--no-lazy");
	try {
		return createRequire(import.meta.url)(process.getBuiltinModule("node:url").fileURLToPath(main));
	} finally {
		if (isCached) setFlagsFromString("--lazy");
	}
}

/** @param {string} reason */
function fail(reason) {
	process.stderr.write(`downspout ${reason}\n`);
	process.exitCode = 2;
}
