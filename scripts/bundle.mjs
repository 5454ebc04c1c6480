// Joins the command's modules, and the dependencies that every download needs, into a few files: looking for more than fifty
// of them took a tenth of the time of one file. What is loaded only when used stays in files and packages of its own.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));
const out = "dist/command";
const joined = ["commander", "content-disposition", "undici"];
const { dependencies } = JSON.parse(await readFile(`${root}package.json`, "utf8"));

/** What undici loads at its start for HTTP/2 and for request bodies, neither of which a download has. */
const undiciLater = {
	name: "undici-later",
	setup(build) {
		build.onLoad({ filter: /undici\/lib\/dispatcher\/client\.js$/ }, async ({ path }) => ({
			contents: replaceOnce(
				await readFile(path, "utf8"),
				"const connectH2 = require('./client-h2.js')",
				"const connectH2 = (...args) => require('./client-h2.js')(...args)",
			),
		}));
		build.onResolve({ filter: /\/web\/fetch\/body\.js$/ }, () => ({
			path: "undici/lib/web/fetch/body.js",
			external: true,
		}));
	},
};

// One by one: what several share would become a file of its own.
const packages = new Set();
for (const entry of [
	"dist/cli/main.js",
	// Started by their file names, which they find beside themselves.
	"dist/runners/thread-main.js",
	"dist/runners/process-main.js",
	"dist/bench/workload/origin-main.js",
]) {
	const { metafile } = await build({
		absWorkingDir: root,
		entryPoints: [entry],
		// As deep below the root as the modules were: from there they find package.json and bin.
		outdir: out,
		entryNames: "[name]",
		bundle: true,
		splitting: true,
		format: "esm",
		platform: "node",
		target: "node20.18",
		external: Object.keys(dependencies).filter((name) => !joined.includes(name)),
		// For what the joined packages ask Node for.
		banner: { js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);' },
		plugins: [undiciLater],
		metafile: true,
		logLevel: "warning",
	});
	for (const input of Object.keys(metafile.inputs)) {
		const [, name] = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input) ?? [];
		if (name !== undefined) packages.add(name);
	}
}
await writeFile(`${root}${out}/LICENSES.txt`, await licencesOf([...packages].sort()));

function replaceOnce(text, before, after) {
	if (text.split(before).length !== 2) throw new Error(`not there, or not once: ${before}`);
	return text.replace(before, after);
}

/** Their licences ask to go wherever their code goes. */
async function licencesOf(names) {
	const texts = names.map(async (name) => {
		const folder = `${root}node_modules/${name}`;
		const file = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
		if (file === undefined) throw new Error(`no licence in ${folder}`);
		return `${name}\n\n${(await readFile(`${folder}/${file}`, "utf8")).trim()}\n`;
	});
	return `The files of this folder hold code of these packages.\n\n${(await Promise.all(texts)).join("\n")}`;
}
