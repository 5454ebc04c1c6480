// Sets up a checkout, with nothing but Node 20 and npm: packages as locked, and dist when the sources are newer.
// Does nothing, and says nothing, when there is nothing to do. `node scripts/set-up.mjs [--test]`
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const forTests = process.argv.includes("--test");

/** Debian packages that tests use, and a program or a file of each that shows that it is there. */
const debianPackages = [
	{ name: "chromium", program: "chromium" },
	{ name: "curl", program: "curl" },
	{ name: "util-linux", program: "prlimit" },
	{ name: "mount", program: "mount" },
	{ name: "zstd", program: "zstd" },
	{ name: "redis-server", program: "redis-server" },
	{ name: "nginx-light", program: "nginx" },
	{ name: "lighttpd", program: "lighttpd" },
	{ name: "squid", program: "squid" },
	{ name: "tinyproxy-bin", program: "tinyproxy" },
	{ name: "microsocks", program: "microsocks" },
	{ name: "zsh", program: "zsh" },
	{ name: "fish", program: "fish" },
	{ name: "man-db", program: "man" },
	{ name: "gcc", program: "gcc" },
	{ name: "libc6-dev", file: "/usr/include/stdio.h" },
];

installPackages();
build();
if (forTests) installDebianPackages();

/** npm ci, unless the lock file is the one that node_modules was installed from. */
function installPackages() {
	const stamp = join(root, "node_modules", ".locked");
	const locked = createHash("sha256")
		.update(readFileSync(join(root, "package-lock.json")))
		.digest("hex");
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === locked) return;
	if (!matchesLock()) run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
	writeFileSync(stamp, locked);
}

/** Whether npm itself installed what the lock file names, at the versions that it names. */
function matchesLock() {
	const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
	const wanted = readPackages(join(root, "package-lock.json"));
	if (installed === undefined || wanted === undefined) return false;
	return Object.entries(wanted).every(
		([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
	);
}

/** @param {string} path */
function readPackages(path) {
	return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : undefined;
}

/** tsc, unless dist is newer than every source. */
function build() {
	const stamp = join(root, "node_modules", ".built");
	const sources = [
		join(root, "src"),
		join(root, "tsconfig.json"),
		join(root, "tsconfig.build.json"),
		join(root, "scripts", "bundle.mjs"),
		join(root, "scripts", "build-page.mjs"),
		join(root, "scripts", "licences.mjs"),
		join(root, "package.json"),
	];
	const built =
		existsSync(join(root, "dist", "command", "main.cjs")) && existsSync(stamp)
			? Number(readFileSync(stamp, "utf8"))
			: 0;
	const changed = Math.max(...sources.map(newest));
	if (changed <= built) return;
	run("npm", ["run", "--silent", "build"]);
	writeFileSync(stamp, String(changed));
}

/** @param {string} path @returns {number} the latest time of change below it, in milliseconds */
function newest(path) {
	const stats = statSync(path);
	if (!stats.isDirectory()) return stats.mtimeMs;
	return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** What cannot be installed is named. The tests that need it are skipped then, but not in continuous integration. */
function installDebianPackages() {
	const missing = debianPackages.filter(({ program, file }) =>
		file === undefined
			? spawnSync("sh", ["-c", `PATH=$PATH:/usr/sbin command -v ${program}`]).status !== 0
			: !existsSync(file),
	);
	if (missing.length === 0) return;
	const names = missing.map(({ name }) => name);
	if (process.getuid?.() !== 0 || spawnSync("sh", ["-c", "command -v apt-get"]).status !== 0) {
		note(`the tests need Debian packages that only root can install: apt-get install ${names.join(" ")}`);
		if (process.env.CI) process.exit(1);
		note("going on without them: the tests that need them are skipped");
		return;
	}
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	run("apt-get", ["-qq", "update"], { env, quiet: true });
	run("apt-get", ["-qq", "-y", "--no-install-recommends", "install", ...names], { env, quiet: true });
}

/**
 * Ends the set-up where the program fails.
 * @param {string} program @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, quiet?: boolean }} how `quiet` shows what it prints only where it fails
 */
function run(program, args, { env = process.env, quiet = false } = {}) {
	note([program, ...args].join(" "));
	// What it prints is no output of the command that is being set up for.
	const stdio = quiet ? "pipe" : ["ignore", 2, 2];
	const { status, error, stdout, stderr } = spawnSync(program, args, { cwd: root, env, stdio, encoding: "utf8" });
	if (status === 0) return;
	if (quiet) process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
	note(`failed: ${program} ${error?.message ?? `ended with ${status}`}`);
	process.exit(1);
}

/** @param {string} message */
function note(message) {
	process.stderr.write(`set-up: ${message}\n`);
}
