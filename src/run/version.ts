/** The version of downspout, from its package.json, which lies two folders up both in src and in dist. */
import { readFileSync } from "node:fs";

export function readVersion(): string {
	const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
	const { version } = JSON.parse(text);
	return String(version);
}
