/** The command that tries again what failed. */
import { join } from "node:path";
import { publicText } from "../core/public-url.ts";
import { escapeControls } from "./escape.ts";

/** Where the files of a run went that do not go into its directory. */
export type Elsewhere = {
	/** As the user named it. */
	readonly sink: string;
	/** The options that say so. */
	readonly args: readonly string[];
};

/** @param folder - With the records of the run. @param dir - Where its files went, or its journal is. */
export function tryAgainCommand(folder: string, dir: string, elsewhere?: Elsewhere): string {
	const words = [join(folder, "failed.txt"), "-d", dir, ...(elsewhere?.args ?? [])];
	return `downspout ${words.map(shellWord).join(" ")}`;
}

/** A word that a shell takes as it is, quoted where it must be. */
function shellWord(word: string): string {
	const text = escapeControls(publicText(word));
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
