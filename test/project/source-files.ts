/** The source files of the project, for tests that look at all of them. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export type SourceFile = {
	/** Relative to the project, with `/` as separator: `src/core/entry.ts`. */
	readonly path: string;
	readonly text: string;
};

export const projectRoot: string = fileURLToPath(new URL("../../", import.meta.url));

/** Every TypeScript and JavaScript file of these folders. */
export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
	return folders
		.flatMap((folder) =>
			readdirSync(projectRoot + folder, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
		)
		.filter((path) => /\.(ts|tsx|js|mjs)$/.test(path))
		.map((path) => ({ path, text: readFileSync(projectRoot + path, "utf8") }));
}
