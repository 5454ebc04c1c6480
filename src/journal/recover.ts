/** What killed runs left in a directory: files that were published and not yet recorded, parts, and temporary files. */
import { existsSync, lstatSync, readdirSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Intent, StateLayout } from "../core/state-layout.ts";
import { intentsPath } from "./owner.ts";
import { isAlive, type KnownOwner, ownerState } from "./owner-state.ts";
import { parseObject } from "./parse-object.ts";
import { readLines } from "./read-lines.ts";

/** Workers whose coordinator was killed end by themselves within this time; then they are killed, in milliseconds. */
const orphanPatienceMs = 2000;
const orphanPollMs = 20;

export type Recovery = {
	/** Called for each file that a worker had published, as its intents and the file itself prove. */
	readonly onPublished: (intent: Intent) => void;
};

export type Recovered = {
	/** Keys of the parts that may be continued. */
	readonly leftovers: Set<string>;
	/** Owners that are gone: all that they published has been told. */
	readonly dead: ReadonlySet<string>;
};

/** Recognises what is ours and clears away what nobody needs. Waits for workers of a killed run to end. */
export async function recover(dir: string, layout: StateLayout, { onPublished }: Recovery): Promise<Recovered> {
	// Parts first: an owner that appears in between has then no part in the list.
	const parts = readdirSync(layout.parts);
	const owners = findOwners(layout);
	await Promise.all([...owners].map(([id, owner]) => outwait(id, owner, owners)));
	const published = new Set<string>();
	for (const id of owners.keys()) {
		absorbIntents({ dir, layout, id, onPublished: (intent) => published.add(intent.key) && onPublished(intent) });
	}
	const dead = new Set([...owners].filter(([, owner]) => owner.state === "dead").map(([id]) => id));
	const isGone = (id: string): boolean => dead.has(id) || !owners.has(id);
	const leftovers = new Set<string>();
	for (const name of parts) {
		const key = settlePart(layout, name, isGone);
		if (key === undefined) continue;
		if (published.has(key)) rmSync(join(layout.parts, key), { recursive: true, force: true });
		else leftovers.add(key);
	}
	return { leftovers, dead };
}

/** Removes the traces of dead owners, once what they published is recorded. */
export function forgetDeadOwners(layout: StateLayout, dead: ReadonlySet<string>): void {
	for (const name of readdirSync(layout.owners)) {
		const id = name.endsWith(".json") ? name.slice(0, -".json".length) : name.replace(/\.\d+\.intents$/, "");
		if (dead.has(id) || !existsSync(join(layout.owners, `${id}.json`)))
			rmSync(join(layout.owners, name), { force: true });
	}
}

/** Removes all traces of the owners whose names begin so; what they published is recorded. */
export function forgetOwners(layout: StateLayout, beginning: string): void {
	for (const name of readdirSync(layout.owners)) {
		if (name.startsWith(beginning)) rmSync(join(layout.owners, name), { force: true });
	}
}

/** Tells what one owner published, as far as its files of intents still lie there. */
export function absorbIntents({
	dir,
	layout,
	id,
	onPublished,
}: Recovery & { readonly dir: string; readonly layout: StateLayout; readonly id: string }): void {
	/** By inode. The last one counts: what an earlier one of that inode announced came to nothing, and the inode was used again. */
	const intents = new Map<number, Intent>();
	for (const name of readdirSync(layout.owners)
		.filter((one) => one.startsWith(`${id}.`))
		.sort(byNumber)) {
		if (!name.endsWith(".intents")) continue;
		for (const intent of readIntents(join(layout.owners, name))) intents.set(intent.inode, intent);
	}
	for (const intent of intents.values()) if (isPublished(dir, intent)) onPublished(intent);
}

/** By the number in `OWNER.N.intents`. Not a collator: to make one costs a hundredth of a second of every start. */
function byNumber(a: string, b: string): number {
	return segmentOf(a) - segmentOf(b);
}

function segmentOf(name: string): number {
	return Number(/\.(\d+)\.intents$/.exec(name)?.[1] ?? 0);
}

function* readIntents(path: string): Generator<Intent> {
	try {
		for (const { text, ended } of readLines(path)) {
			const intent = ended ? parseIntent(text) : undefined;
			if (intent) yield intent;
		}
	} catch (error) {
		// Another run in the directory has ended meanwhile: what it announced is recorded.
		if (!isMissing(error)) throw error;
	}
}

/**
 * Takes a part from an owner that is gone.
 * @returns The key, where the part may be continued.
 */
export function settlePart(
	layout: StateLayout,
	name: string,
	isGone: (ownerId: string) => boolean,
): string | undefined {
	const temporary = name.lastIndexOf("~");
	if (temporary >= 0) {
		if (isGone(name.slice(0, temporary))) rmSync(join(layout.parts, name), { force: true });
		return undefined;
	}
	const at = name.indexOf("@");
	if (at < 0) return name;
	if (!isGone(name.slice(at + 1))) return undefined;
	const key = name.slice(0, at);
	return takeOver(join(layout.parts, name), join(layout.parts, key)) ? key : undefined;
}

/** @returns Whether the part has its free name now; false where another run in the directory was faster. */
function takeOver(owned: string, free: string): boolean {
	try {
		if (existsSync(owned)) rmSync(free, { recursive: true, force: true });
		renameSync(owned, free);
		return true;
	} catch (error) {
		if (isMissing(error)) return false;
		throw error;
	}
}

function isMissing(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Removes files of intents that came before `segment`: all of theirs is recorded. */
export function forgetSegments(layout: StateLayout, id: string, segment: number): void {
	for (let earlier = segment - 1; earlier >= 0; earlier--) {
		const path = intentsPath(layout, id, earlier);
		if (!existsSync(path)) return;
		unlinkSync(path);
	}
}

/** Whether another run works in the directory, as far as can be seen. */
export function isShared(layout: StateLayout): boolean {
	return [...findOwners(layout).values()].some(({ state }) => state === "alive" || state === "foreign");
}

function findOwners(layout: StateLayout): Map<string, KnownOwner> {
	const owners = new Map<string, KnownOwner>();
	for (const name of readdirSync(layout.owners)) {
		if (name.endsWith(".json")) owners.set(name.slice(0, -".json".length), ownerState(join(layout.owners, name)));
	}
	return owners;
}

async function outwait(id: string, owner: KnownOwner, owners: Map<string, KnownOwner>): Promise<void> {
	const { identity } = owner;
	if (owner.state !== "orphan" || !identity) return;
	for (let waitedMs = 0; isAlive(identity.pid, identity.startTicks); waitedMs += orphanPollMs) {
		if (waitedMs > orphanPatienceMs) process.kill(identity.pid, "SIGKILL");
		await sleep(orphanPollMs);
	}
	owners.set(id, { ...owner, state: "dead" });
}

function isPublished(dir: string, intent: Intent): boolean {
	const found = lstatSync(join(dir, intent.file), { throwIfNoEntry: false });
	return found !== undefined && found.ino === intent.inode && found.size === intent.bytes;
}

function parseIntent(line: string): Intent | undefined {
	const field = parseObject(line);
	const key = field?.("key");
	const file = field?.("file");
	const bytes = field?.("bytes");
	const inode = field?.("inode");
	if (typeof key !== "string" || typeof file !== "string" || typeof bytes !== "number" || typeof inode !== "number")
		return undefined;
	return { key, file, bytes, inode };
}
