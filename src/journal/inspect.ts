/** Looks at what lies in `DIR/.downspout` before any of it is used: an unpacked archive or a shared folder may have brought it. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readOwnerName, readPartName, type StateLayout, sideJournalRun } from "../core/state-layout.ts";
import { type Kind, makePrivateFolder, type Strangers, trust } from "../files/trust.ts";

/**
 * Makes the folders of the state, for their owner alone, and looks at all that is in them and has a name of ours.
 * @throws {UntrustedError} something is a link, or somebody else's. @throws {NodeJS.ErrnoException}
 */
export function openState(layout: StateLayout): void {
	for (const folder of [layout.state, layout.parts, layout.owners]) makePrivateFolder(folder);
	const strangers: Strangers = new Map();
	const look = (path: string, ...wanted: readonly Kind[]): void => trust(path, wanted, strangers);
	// A folder in the place of the journal is damage, and is set aside as such.
	look(layout.journal, "file", "folder");
	for (const name of readdirSync(layout.state))
		if (sideJournalRun(name) !== undefined) look(join(layout.state, name), "file");
	for (const name of readdirSync(layout.owners)) {
		const known = readOwnerName(name);
		if (known) look(join(layout.owners, name), known.kind === "sock" ? "socket" : "file");
	}
	for (const name of readdirSync(layout.parts)) {
		const known = readPartName(name);
		if (known) look(join(layout.parts, name), known.kind === "part" ? "folder" : "file");
	}
}
