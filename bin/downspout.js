#!/usr/bin/env node
// The command `downspout`: checks the Node version, answers --version by itself, and loads the rest only when needed.
// Without import statements, with which Node would load the streams of node:fs as well.
const [major = 0, minor = 0, patch = 0] = process.versions.node.split(".").map(Number);
const isOld = [major - 20, minor - 18, patch - 1].find((difference) => difference !== 0) < 0;

// Node 21, and 22 before 22.3, are newer and still lack it.
if (isOld || process.getBuiltinModule === undefined) {
	fail(`needs Node 20.18.1 or a later 20, or 22.3.0 or newer, and this is ${process.versions.node}`);
} else {
	start();
}

function start() {
	const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
	const root = new URL("../", import.meta.url);
	const main = new URL("dist/command/main.cjs", root);
	if (process.argv.length === 3 && process.argv[2] === "--version") {
		process.stdout.on("error", ({ code, message }) => {
			if (code !== "EPIPE") fail(`cannot write to standard output: ${message}`, 3);
		});
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
	const { createRequire } = process.getBuiltinModule("node:module");
	const { setFlagsFromString } = process.getBuiltinModule("node:v8");
	const isCached = keepCompiledCode();
	if (isCached) setFlagsFromString("--no-lazy");
	try {
		return createRequire(import.meta.url)(process.getBuiltinModule("node:url").fileURLToPath(main));
	} finally {
		if (isCached) setFlagsFromString("--lazy");
	}
}

/** @returns {boolean} whether the cache is in use */
function keepCompiledCode() {
	const { enableCompileCache } = process.getBuiltinModule("node:module");
	// Which folder NODE_COMPILE_CACHE names is the user's own business.
	const folder = process.env.NODE_COMPILE_CACHE || ownCacheFolder();
	return folder !== undefined && enableCompileCache?.(folder).directory !== undefined;
}

/**
 * Node runs what it finds in its cache and never asks who put it there; its own choice is a folder for temporary files,
 * where anybody may have been first.
 *
 * @returns {string | undefined} a folder that nobody else can write to, made where it was missing
 */
function ownCacheFolder() {
	const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = process.env;
	const { isAbsolute, join } = process.getBuiltinModule("node:path");
	// On Windows the folders of a user's profile are for that user alone.
	if (process.getuid === undefined) return LOCALAPPDATA && join(LOCALAPPDATA, "downspout", "compile-cache");
	const { existsSync, lstatSync, mkdirSync } = process.getBuiltinModule("node:fs");
	// A home that is not there, such as that of nobody, is not made.
	const ownBase = HOME && isAbsolute(HOME) && existsSync(HOME) ? join(HOME, ".cache") : undefined;
	const base = XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : ownBase;
	if (base === undefined) return undefined;
	try {
		const place = join(realPlace(base), "downspout");
		mkdirSync(place, { recursive: true, mode: 0o700 });
		const { uid, mode } = lstatSync(place);
		return uid === process.getuid() && (mode & 0o170022) === 0o040000 ? place : undefined;
	} catch {
		return undefined;
	}
}

/**
 * The path without symbolic links, as far as it is there.
 *
 * @param {string} path
 * @throws {Error} somebody else could put another folder in the place of one of its folders
 */
function realPlace(path) {
	const { existsSync, lstatSync, realpathSync } = process.getBuiltinModule("node:fs");
	const { dirname, join, relative } = process.getBuiltinModule("node:path");
	let there = path;
	while (!existsSync(there)) there = dirname(there);
	const real = realpathSync(there);
	for (let folder = real; ; folder = dirname(folder)) {
		const { uid, mode } = lstatSync(folder);
		const isSafe = (mode & 0o022) === 0 || (mode & 0o1000) !== 0;
		if ((uid !== 0 && uid !== process.getuid()) || !isSafe) throw new Error(`${folder} is others' to change`);
		if (dirname(folder) === folder) return join(real, relative(there, path));
	}
}

/** @param {string} reason @param {number} [code] of the exit */
function fail(reason, code = 2) {
	process.stderr.write(`downspout ${reason}\n`);
	process.exitCode = code;
}
