// Builds the dashboard's page into one file, dist/dashboard/page.html: its script and style stand in it, and it loads nothing.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { licencesOf, packagesOf } from "./licences.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const source = "src/dashboard/page";
const out = `${root}dist/dashboard`;

const { outputFiles, metafile } = await build({
	absWorkingDir: root,
	entryPoints: { script: `${source}/main.tsx`, style: `${source}/style.css` },
	outdir: out,
	bundle: true,
	minify: true,
	write: false,
	metafile: true,
	format: "iife",
	charset: "utf8",
	jsx: "automatic",
	jsxImportSource: "preact",
	// Browsers of 2023 and newer.
	target: ["chrome111", "firefox113", "safari16.4"],
	logLevel: "warning",
});

const texts = new Map(outputFiles.map(({ path, text }) => [path.replace(/^.*[\\/]/, ""), text.trim()]));
let html = await readFile(`${root}${source}/page.html`, "utf8");
for (const [place, text] of [
	["<!--style-->", `<style>${texts.get("style.css")}</style>`],
	["<!--script-->", `<script>${texts.get("script.js")}</script>`],
]) {
	if (html.split(place).length !== 2) throw new Error(`not there, or not once: ${place}`);
	html = html.replace(place, () => text);
}
if (/<script[^>]+src=|<link[^>]+stylesheet|url\(["']?(?!["']?data:)/.test(html))
	throw new Error("the page loads something");

await mkdir(out, { recursive: true });
await writeFile(`${out}/page.html.part`, html);
await rename(`${out}/page.html.part`, `${out}/page.html`);
await writeFile(`${out}/LICENSES.txt`, await licencesOf(root, packagesOf(metafile)));
