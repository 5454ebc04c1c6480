/** What the benchmarks measure: the built command of this checkout. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
// All servers are here, for the other programs too.
import "../test/without-proxies.ts";

const root = new URL("../", import.meta.url);

/** `bin/downspout.js`. */
export const binPath: string = fileURLToPath(new URL("bin/downspout.js", root));

/** Node's path and the command. @throws {Error} it is not built. */
export function builtProgram(): [string, string] {
	if (!existsSync(new URL("dist/command/main.cjs", root))) throw new Error("not built yet: run npm run build first");
	return [process.execPath, binPath];
}

export function readVersion(): string {
	const value: unknown = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
	const known = typeof value === "object" && value !== null && "version" in value;
	return known ? String(value.version) : "unknown";
}
