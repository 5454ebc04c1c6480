/** Puts the built package below a folder's node_modules, as an installation would. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../project/source-files.ts";

const exec = promisify(execFile);

/** Builds from the sources of now, whatever `dist` holds. */
export async function installBuilt(folder: string): Promise<void> {
	const modules = join(folder, "node_modules");
	const home = join(modules, "downspout");
	mkdirSync(home, { recursive: true });
	cpSync(join(projectRoot, "package.json"), join(home, "package.json"));
	await exec(tool("tsc"), ["-p", "tsconfig.build.json", "--outDir", join(home, "dist")], { cwd: projectRoot });
	const { dependencies } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
	for (const name of [...Object.keys(dependencies), "@types/node"]) {
		const link = join(modules, name);
		mkdirSync(dirname(link), { recursive: true });
		symlinkSync(join(projectRoot, "node_modules", name), link, "junction");
	}
}

/** A command of the project's own tools. */
export function tool(name: string): string {
	return join(projectRoot, "node_modules", ".bin", name);
}
