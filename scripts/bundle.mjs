// Joins the command's modules, and the dependencies that every download needs, into a file for each process and thread that it
// starts. They are CommonJS: an import statement makes Node look for each file in turn, and at all that its own modules export.
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { licencesOf, packagesOf } from "./licences.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const out = "dist/command";
/** Those of lists stand in one file with what uses them: to look for the many files of hyparquet took 70 ms of a start. saxes has no licence to put there. */
const joined = ["@streamparser/json", "commander", "content-disposition", "csv-parse", "hyparquet", "string-width"];
const { dependencies, optionalDependencies } = JSON.parse(await readFile(`${root}package.json`, "utf8"));

/** What few runs need, with packages that Node 20 can only import: loaded when it is used. */
const apart = [
	"dist/bench/report/write-report.js",
	"dist/codings/decoder.js",
	"dist/codings/unpack-zstd.js",
	"dist/dashboard/dashboard.js",
	"dist/download/sample-type.js",
	"dist/http/http2-pool.js",
	"dist/list/csv.js",
	"dist/list/json.js",
	"dist/list/metalink.js",
	"dist/list/parquet.js",
];
const loadedWhenUsed = {
	name: "loaded-when-used",
	setup(build) {
		const names = apart.map((path) => basename(path));
		build.onResolve({ filter: /^\.{1,2}\// }, ({ kind, path }) =>
			kind === "dynamic-import" && names.includes(basename(path))
				? { path: `./${basename(path)}`, external: true }
				: undefined,
		);
	},
};

/** Threads and processes begin differently, and do the same: that is in one file for both. */
const workersShare = {
	name: "workers-share",
	setup(build) {
		build.onResolve({ filter: /^\.\/serve\.js$/ }, ({ importer }) =>
			/[/\\](?:thread|process)-main\.js$/.test(importer) ? { path: "./serve.cjs", external: true } : undefined,
		);
	},
};

const commonJs = {
	format: "cjs",
	outExtension: { ".js": ".cjs" },
	define: { "import.meta.url": "moduleUrl" },
	banner: { js: 'const moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
};
/** bin/downspout.js compiles all of it, and then runs it; the parentheses tell V8 not to look through it twice. */
const whenCalled = {
	banner: { js: `${commonJs.banner.js}\nmodule.exports = (() => {` },
	footer: { js: "});" },
};

const packages = new Set();
for (const [entry, options] of Object.entries({
	"dist/cli/main.js": { ...commonJs, ...whenCalled },
	// Started by their file names, which they find beside themselves.
	"dist/runners/serve.js": commonJs,
	"dist/runners/thread-main.js": commonJs,
	"dist/store/hash-thread-main.js": commonJs,
	"dist/runners/process-main.js": commonJs,
	"dist/bench/workload/origin-main.js": commonJs,
	...Object.fromEntries(apart.map((path) => [path, { format: "esm" }])),
})) {
	const { metafile } = await build({
		absWorkingDir: root,
		entryPoints: [entry],
		// As deep below the root as the modules were: from there they find package.json and bin.
		outdir: out,
		entryNames: "[name]",
		bundle: true,
		platform: "node",
		target: "node20.18",
		external: Object.keys({ ...dependencies, ...optionalDependencies })
			.filter((name) => !joined.includes(name))
			.flatMap((name) => [name, `${name}/*`]),
		plugins: [loadedWhenUsed, workersShare],
		metafile: true,
		logLevel: "warning",
		...options,
	});
	for (const path of Object.keys(metafile.outputs)) await expectAscii(path);
	for (const name of packagesOf(metafile)) packages.add(name);
}
await writeFile(`${root}${out}/LICENSES.txt`, await licencesOf(root, [...packages].sort()));

/** One other character and Node keeps the whole text as twice as many bytes: 4 ms of each start. */
async function expectAscii(path) {
	const found = /[^\0-\x7f]/.exec(await readFile(`${root}${path}`, "utf8"));
	if (found) throw new Error(`${path} is not all ASCII: ${JSON.stringify(found[0])} at ${found.index}`);
}
