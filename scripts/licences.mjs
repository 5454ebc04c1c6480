// The licences of packages whose code goes into files of ours: they ask to go wherever their code goes.
import { readdir, readFile } from "node:fs/promises";

/**
 * The packages that a build has put together, in order.
 * @param {{ inputs: Record<string, unknown> }} metafile of esbuild
 */
export function packagesOf({ inputs }) {
	const names = Object.keys(inputs).flatMap(
		(input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.slice(1) ?? [],
	);
	return [...new Set(names)].sort();
}

/** @param {string} root of the project @param {readonly string[]} names */
export async function licencesOf(root, names) {
	const texts = names.map(async (name) => {
		const folder = `${root}node_modules/${name}`;
		const file = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
		if (file === undefined) throw new Error(`no licence in ${folder}`);
		return `${name}\n\n${(await readFile(`${folder}/${file}`, "utf8")).trim()}\n`;
	});
	return `The files of this folder hold code of these packages.\n\n${(await Promise.all(texts)).join("\n")}`;
}
