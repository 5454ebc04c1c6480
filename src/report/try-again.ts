/** The command that tries again what failed. */
import { join } from "node:path";
import { publicText } from "../core/public-url.ts";
import { escapeControls } from "./escape.ts";

/** @param folder - With the records of the run. @param dir - Where its files went. */
export function tryAgainCommand(folder: string, dir: string): string {
	return `downspout ${[join(folder, "failed.txt"), "-d", dir].map(shellWord).join(" ")}`;
}

/** A word that a shell takes as it is, quoted where it must be. */
function shellWord(word: string): string {
	const text = escapeControls(publicText(word));
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
