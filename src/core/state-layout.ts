/** Where a download directory keeps what is not finished: the paths below `DIR/.downspout`. */
import { join } from "node:path";

/** Name of the folder, below the download directory, that belongs to downspout alone. */
export const stateFolder = ".downspout";

/** Whether a folder's name means that one, as lenient file systems compare: without case, compatibility forms and invisible characters. */
export function isStateName(name: string): boolean {
	const folded = name
		.normalize("NFKC")
		.replace(/\p{Default_Ignorable_Code_Point}/gu, "")
		.toLowerCase();
	return folded === stateFolder;
}

export type StateLayout = {
	readonly state: string;
	/** What entries came to: one JSON object a line. */
	readonly journal: string;
	/** Incomplete files: `KEY` where nobody works on it, `KEY@OWNER` while a worker does, `OWNER~N` for one small file. */
	readonly parts: string;
	/** Who works here: `OWNER.json` tells which process, `OWNER.N.intents` what it was about to publish, `OWNER.sock` answers while it lives. */
	readonly owners: string;
};

/** An owner's id: it stands in names, so it holds neither of their separators. */
const id = "[A-Za-z0-9_][A-Za-z0-9_.-]*?";
const partPattern = new RegExp(`^([0-9a-f]{20})(?:@(${id}))?$`);
const temporaryPattern = new RegExp(`^(${id})~\\d+$`);
const besidePattern = new RegExp(`^\\${stateFolder}-(${id})~\\d+$`);
const ownerPattern = new RegExp(`^(${id})\\.(?:(json|sock)|(\\d+)\\.intents)$`);
const sideJournalPattern = new RegExp(`^journal-(${id})\\.jsonl$`);

/** What lies in the folder of parts: a part, which is somebody's where there is an owner, or one small file on its way. */
export type PartName =
	| { readonly kind: "part"; readonly key: string; readonly ownerId?: string }
	| { readonly kind: "temporary"; readonly ownerId: string };

/** Undefined where the name is none that downspout gives. */
export function readPartName(name: string): PartName | undefined {
	const [, key, holder] = partPattern.exec(name) ?? [];
	if (key !== undefined) return { kind: "part", key, ...(holder === undefined ? {} : { ownerId: holder }) };
	const [, ownerId] = temporaryPattern.exec(name) ?? [];
	return ownerId === undefined ? undefined : { kind: "temporary", ownerId };
}

const taken = "-taken";

/** What is taken from an owner that may still live gets this owner's name: what has its own is not found there any more. */
export function takenId(ownerId: string): string {
	return `${takenFrom(ownerId)}${taken}`;
}

/** The owner that it was taken from; others are given as they are. */
export function takenFrom(ownerId: string): string {
	return ownerId.endsWith(taken) ? ownerId.slice(0, -taken.length) : ownerId;
}

/** A file that is copied onto another mount is written beside its final name first. */
export function besideName(ownerId: string, n: number): string {
	return `${stateFolder}-${ownerId}~${n}`;
}

/** Whether a name is one that an owner gives to what it copies. */
export function isBesideNameOf(ownerId: string, name: string): boolean {
	return besidePattern.exec(name)?.[1] === ownerId;
}

/** A name in the folder of owners: whose it is, and the number of its file of intents; undefined where it is none of ours. */
export function readOwnerName(
	name: string,
): { readonly ownerId: string; readonly kind: "json" | "sock" | "intents"; readonly segment: number } | undefined {
	const [, ownerId, kind, segment] = ownerPattern.exec(name) ?? [];
	if (ownerId === undefined) return undefined;
	if (kind === "json" || kind === "sock") return { ownerId, kind, segment: 0 };
	return { ownerId, kind: "intents", segment: Number(segment) };
}

/** Where a run that is not alone in the directory records its ends: a journal has one writer. */
export function sideJournal(layout: StateLayout, run: string): string {
	return join(layout.state, `journal-${run}.jsonl`);
}

/** The run whose journal of that kind a name in the state is; undefined where it is none. */
export function sideJournalRun(name: string): string | undefined {
	return sideJournalPattern.exec(name)?.[1];
}

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
	/** Device and inode of the folder of owners, where the owner answers at a socket there: who sees the same folder can ask it. */
	readonly folder?: string;
	/** Of a coordinator whose journal lies in another directory: the name of that. */
	readonly journal?: string;
	/** Nobody works here any more, although the process may live: its run could not end in order. */
	readonly left?: boolean;
};

/** Written before a file is published, so that a later run recognises it when the journal does not know it yet. */
export type Intent = {
	readonly key: string;
	/** Relative to the download directory. */
	readonly file: string;
	readonly bytes: number;
	/** Where the bytes lie until then, relative to the folder of parts: gone from there, they have their name. */
	readonly source: string;
	/** Nothing had the name just before: where there are no links, it is kept free by an empty file for a moment. */
	readonly reserved?: boolean;
	/** Where it takes the place of a file that was saved before: when that was announced. What was recorded earlier is of that file. */
	readonly replacesAtMs?: number;
};
