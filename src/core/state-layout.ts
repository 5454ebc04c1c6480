/** Where a download directory keeps what is not finished: the paths below `DIR/.downspout`. */
import { join } from "node:path";

/** Name of the folder, below the download directory, that belongs to downspout alone. */
export const stateFolder = ".downspout";

export type StateLayout = {
	readonly state: string;
	/** What entries came to: one JSON object a line. */
	readonly journal: string;
	/** Incomplete files: `KEY` where nobody works on it, `KEY@OWNER` while a worker does, `OWNER~N` for one small file. */
	readonly parts: string;
	/** Who works here: `OWNER.json` tells which process, `OWNER.N.intents` what it was about to publish. */
	readonly owners: string;
};

/** @param dir - Path of the download directory. */
export function stateLayout(dir: string): StateLayout {
	const state = join(dir, stateFolder);
	return {
		state,
		journal: join(state, "journal.jsonl"),
		parts: join(state, "parts"),
		owners: join(state, "owners"),
	};
}

/** Tells which process an owner is, so that a later run can see whether it still lives. */
export type OwnerIdentity = {
	readonly pid: number;
	/** Start of the process in clock ticks since boot, where the system tells: process ids are used again. */
	readonly startTicks?: string;
	/** Names the boot and the process namespace in which `pid` means something. */
	readonly place: string;
	/** The coordinator that the owner works for. */
	readonly coordinatorPid: number;
	readonly coordinatorStartTicks?: string;
};

/** Written before a file is published, so that a later run recognises it when the journal does not know it yet. */
export type Intent = {
	readonly key: string;
	/** Relative to the download directory. */
	readonly file: string;
	readonly bytes: number;
	/** Where the bytes lie until then, relative to the folder of parts: gone from there, they have their name. */
	readonly source: string;
};
