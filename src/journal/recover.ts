/** What killed runs left in a directory: files that were published and not yet recorded, parts, and temporary files. */
import { existsSync, lstatSync, readdirSync, renameSync, rmSync, type Stats, unlinkSync } from "node:fs";
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
	/** Whether an owner is gone for certain, whatever its process does. */
	readonly isOver?: (ownerId: string) => boolean;
};

export type Recovered = {
	/** Names of temporary files that nobody needs, to be removed once what was published is recorded. */
	readonly temporaries: readonly string[];
	/** Keys of the parts that may be continued. */
	readonly leftovers: Set<string>;
	/** Owners that are gone: all that they published has been told. */
	readonly dead: ReadonlySet<string>;
};

/** Recognises what is ours and clears away what nobody needs. Waits for workers of a killed run to end. */
export async function recover(dir: string, layout: StateLayout, recovery: Recovery): Promise<Recovered> {
	const { onPublished, isOver = () => false } = recovery;
	// Parts first: an owner that appears in between has then no part in the list.
	const parts = readdirSync(layout.parts);
	const owners = findOwners(layout);
	await Promise.all([...owners].map(([id, owner]) => outwait(id, owner, owners)));
	const published = new Set<string>();
	for (const id of owners.keys()) {
		absorbIntents({ dir, layout, id, onPublished: (intent) => published.add(intent.key) && onPublished(intent) });
	}
	const isDead = ([id, { state }]: [string, KnownOwner]): boolean => state === "dead" || isOver(id);
	const dead = new Set([...owners].filter(isDead).map(([id]) => id));
	const isGone = (id: string): boolean => dead.has(id) || !owners.has(id);
	const leftovers = new Set<string>();
	for (const name of parts) {
		const key = settlePart(layout, name, isGone);
		if (key === undefined) continue;
		if (published.has(key)) rmSync(join(layout.parts, key), { recursive: true, force: true });
		else leftovers.add(key);
	}
	return { temporaries: parts.filter((name) => isTemporary(name, isGone)), leftovers, dead };
}

/** Removes the traces of dead owners, once what they published is recorded. */
export function forgetDeadOwners(layout: StateLayout, dead: ReadonlySet<string>): void {
	for (const name of readdirSync(layout.owners)) {
		const id = name.endsWith(".json") ? name.slice(0, -".json".length) : name.replace(/\.\d+\.intents$/, "");
		if (dead.has(id) || !existsSync(join(layout.owners, `${id}.json`)))
			rmSync(join(layout.owners, name), { force: true });
	}
}

/** Takes from owners the right to name files; gives their ids. */
export function revokeOwners(layout: StateLayout, isTheirs: (ownerId: string) => boolean): ReadonlySet<string> {
	const ids = new Set<string>();
	for (const name of readdirSync(layout.owners)) {
		const id = name.replace(/\.json$|\.\d+\.intents$/, "");
		if (!isTheirs(id)) continue;
		ids.add(id);
		if (name.endsWith(".json")) rmSync(join(layout.owners, name), { force: true });
	}
	return ids;
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
	/** By source. The last one counts: the name that an earlier one announced was taken. */
	const intents = new Map<string, Intent>();
	for (const name of readdirSync(layout.owners)
		.filter((one) => one.startsWith(`${id}.`))
		.sort(byNumber)) {
		if (!name.endsWith(".intents")) continue;
		for (const line of readIntents(join(layout.owners, name))) {
			if (typeof line === "string") intents.delete(line);
			else intents.set(line.source, line);
		}
	}
	for (const intent of intents.values()) if (isPublished(dir, layout, intent)) onPublished(intent);
}

/** By the number in `OWNER.N.intents`. Not a collator: to make one costs a hundredth of a second of every start. */
function byNumber(a: string, b: string): number {
	return segmentOf(a) - segmentOf(b);
}

function segmentOf(name: string): number {
	return Number(/\.(\d+)\.intents$/.exec(name)?.[1] ?? 0);
}

/** Intents, and the sources of those that were withdrawn. */
function* readIntents(path: string): Generator<Intent | string> {
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
	if (name.includes("~")) return undefined;
	const at = name.indexOf("@");
	if (at < 0) return name;
	if (!isGone(name.slice(at + 1))) return undefined;
	const key = name.slice(0, at);
	return takeOver(join(layout.parts, name), join(layout.parts, key)) ? key : undefined;
}

/** Whether it is the temporary file of an owner that is gone. */
export function isTemporary(name: string, isGone: (ownerId: string) => boolean): boolean {
	const end = name.lastIndexOf("~");
	return end >= 0 && isGone(name.slice(0, end));
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
	return codeOf(error) === "ENOENT";
}

function codeOf(error: unknown): unknown {
	return error instanceof Error && "code" in error ? error.code : undefined;
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

/** Whether the file has its name. Its source goes only after that, and what goes for another reason is withdrawn before. */
function isPublished(dir: string, { parts }: StateLayout, { file, bytes, source }: Intent): boolean {
	const found = look(join(dir, file));
	if (found?.size !== bytes) return false;
	// A part may have been taken over from its owner meanwhile.
	const left = look(join(parts, source)) ?? look(join(parts, source.replace(/@[^/]*/, "")));
	return left === undefined || (left.ino === found.ino && left.dev === found.dev);
}

function look(path: string): Stats | undefined {
	try {
		return lstatSync(path, { throwIfNoEntry: false });
	} catch (error) {
		// A file where a folder was.
		if (codeOf(error) === "ENOTDIR") return undefined;
		throw error;
	}
}

/** A withdrawal is the source alone. */
function parseIntent(line: string): Intent | string | undefined {
	const field = parseObject(line);
	const withdrawn = field?.("withdrawn");
	if (typeof withdrawn === "string") return withdrawn;
	const key = field?.("key");
	const file = field?.("file");
	const bytes = field?.("bytes");
	const source = field?.("source");
	if (typeof key !== "string" || typeof file !== "string" || typeof bytes !== "number" || typeof source !== "string")
		return undefined;
	return { key, file, bytes, source };
}
