/** Imports go one way, as docs/architecture.md draws it, and never in a circle. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path/posix";
import { test } from "node:test";
import { type SourceFile, sourceFiles } from "./source-files.ts";

/** What the files of a folder may import, its own neighbours aside. */
const allowed: Readonly<Record<string, readonly string[]>> = {
	core: [],
	codings: ["core"],
	list: ["core", "codings"],
	files: [],
	http: ["core"],
	store: ["core", "files", "journal"],
	segments: ["core", "http", "store"],
	download: ["core", "codings", "files", "journal", "http", "store", "segments"],
	journal: ["core", "files"],
	control: ["core"],
	report: ["core", "files"],
	dashboard: ["core", "report"],
	origin: ["core"],
	runners: ["core"],
	cluster: ["core", "files", "journal", "runners"],
	run: ["core", "control", "files", "list", "journal", "store", "runners", "cluster"],
	bench: ["core", "list", "origin"],
	library: ["core", "files", "list", "run", "report"],
	cli: ["core", "files", "list", "run", "report", "dashboard", "origin", "bench", "cluster"],
};

/** Single arrows that are allowed beyond those of the folders. */
const exceptions: ReadonlyMap<string, string> = new Map([
	["src/download/description.ts", "list"],
	["src/runners/async.ts", "download"],
	["src/runners/create-runner.ts", "cluster"],
	["src/runners/serve.ts", "download"],
	["src/run/run-cookies.ts", "http"],
	["src/store/s3-wire.ts", "http"],
]);

/** What core may use from outside: it neither reads nor writes anything. */
const pure = new Set(["node:path", "node:path/posix", "content-disposition", "ipaddr.js"]);

/** The library's front door joins what it offers. */
const frontDoor = "src/index.ts";

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

const files = sourceFiles("src");
const imports = files.flatMap(importsOf);
const local = imports.filter(({ to }) => to.startsWith("src/"));

function importsOf({ path, text }: SourceFile): readonly Import[] {
	const code = text.replace(/^\s*(\/\*\*?[\s\S]*?\*\/|\/\/.*)$/gm, "");
	const statements =
		/^(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\("([^"]+)"\)|new URL\("(\.[^"]+\.ts)", import\.meta\.url\)/gm;
	return Array.from(code.matchAll(statements), ([, type, fixed, dynamic, url]) => {
		const specifier = fixed ?? dynamic ?? url ?? "";
		const to = specifier.startsWith(".") ? join(dirname(path), specifier) : specifier;
		return { from: path, to, typeOnly: type !== undefined };
	});
}

function folderOf(path: string): string {
	return path.split("/")[1] ?? "";
}

function isAllowed({ from, to }: Import): boolean {
	const source = folderOf(from);
	const target = folderOf(to);
	return (
		from === frontDoor ||
		source === target ||
		exceptions.get(from) === target ||
		Boolean(allowed[source]?.includes(target))
	);
}

test("the imports were found", () => {
	assert(local.length > 50);
	assert(local.every(({ to }) => files.some(({ path }) => path === to)));
});

test("folders import only what they may", () => {
	const wrong = local.filter((one) => !isAllowed(one)).map(({ from, to }) => `${from} -> ${to}`);
	assert.deepEqual(wrong, []);
});

test("core needs nothing of Node but path, and pure packages alone", () => {
	const wrong = imports
		.filter(({ from, to }) => folderOf(from) === "core" && !to.startsWith("src/") && !pure.has(to))
		.map(({ from, to }) => `${from} -> ${to}`);
	assert.deepEqual(wrong, []);
});

test("the controller needs nothing of Node, the clock included", () => {
	const wrong = imports
		.filter(({ from, to }) => folderOf(from) === "control" && !to.startsWith("src/"))
		.map(({ from, to }) => `${from} -> ${to}`);
	assert.deepEqual(wrong, []);
	const clocks = files.filter(
		({ path, text }) => folderOf(path) === "control" && /Date\.now|performance\.|setTimeout/.test(text),
	);
	assert.deepEqual(
		clocks.map(({ path }) => path),
		[],
	);
});

test("no file imports itself, by whatever way", () => {
	const targets = (path: string): readonly string[] =>
		local.filter(({ from, typeOnly }) => from === path && !typeOnly).map(({ to }) => to);
	const done = new Set<string>();
	const circles: string[] = [];
	const visit = (path: string, way: readonly string[]): void => {
		if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(" -> "));
		if (way.includes(path) || done.has(path)) return;
		for (const to of targets(path)) visit(to, [...way, path]);
		done.add(path);
	};
	for (const { path } of files) visit(path, []);
	assert.deepEqual(circles, []);
});
