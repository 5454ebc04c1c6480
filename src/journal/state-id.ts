/** A name for a directory that is the same from wherever it is seen. */
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateLayout } from "../core/state-layout.ts";
import { makeFolder } from "../files/make-folder.ts";

/**
 * Names the directory where it has no name yet, and makes it where it is not there.
 * @throws {NodeJS.ErrnoException} it cannot be read or written.
 */
export async function nameDirectory(dir: string): Promise<string> {
	await makeFolder(stateLayout(dir).state);
	try {
		writeFileSync(idPath(dir), `${randomUUID()}\n`, { flag: "wx" });
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
	}
	return readFileSync(idPath(dir), "utf8").trim();
}

/** The directory's name; undefined where no run has named it. */
export function directoryName(dir: string): string | undefined {
	try {
		return readFileSync(idPath(dir), "utf8").trim();
	} catch {
		return undefined;
	}
}

function idPath(dir: string): string {
	return join(stateLayout(dir).state, "id");
}
