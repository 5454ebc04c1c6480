// Joins the command's modules into a few files: looking for a hundred of them took a sixth of the start of a small run.
// What tsc has compiled goes in, its dependencies stay outside, and what is loaded only when used stays in files of its own.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));

await build({
	absWorkingDir: root,
	entryPoints: [
		"dist/cli/main.js",
		// Started by their file names, which they find beside themselves.
		"dist/runners/thread-main.js",
		"dist/runners/process-main.js",
		"dist/bench/workload/origin-main.js",
	],
	// As deep below the root as the modules were: from there they find package.json and bin.
	outdir: "dist/command",
	entryNames: "[name]",
	bundle: true,
	splitting: true,
	format: "esm",
	platform: "node",
	target: "node20.18",
	packages: "external",
	logLevel: "warning",
});
