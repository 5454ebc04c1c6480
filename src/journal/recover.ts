/** What killed runs left in a directory: files that were published and not yet recorded, parts, and temporary files. */
import { existsSync, lstatSync, readdirSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Intent, StateLayout } from "../core/state-layout.ts";
import { intentsPath } from "./owner.ts";
import { isAlive, type KnownOwner, ownerState } from "./owner-state.ts";
import { readLines } from "./read-lines.ts";

/** Workers whose coordinator was killed end by themselves within this time; then they are killed, in milliseconds. */
const orphanPatienceMs = 2000;
const orphanPollMs = 20;

export type Recovery = {
	/** Called for each file that a worker had published, as its intents and the file itself prove. */
	readonly onPublished: (intent: Intent) => void;
};

/**
 * Recognises what is ours and clears away what nobody needs. Waits for workers of a killed run to end.
 * @returns The keys of the parts that may be continued.
 */
export async function recover(dir: string, layout: StateLayout, { onPublished }: Recovery): Promise<Set<string>> {
	// Parts first: an owner that appears in between has then no part in the list.
	const parts = readdirSync(layout.parts);
	const owners = findOwners(layout);
	await Promise.all([...owners].map(([id, owner]) => outwait(id, owner, owners)));
	const published = new Set<string>();
	for (const id of owners.keys()) {
		absorbIntents({ dir, layout, id, onPublished: (intent) => published.add(intent.key) && onPublished(intent) });
	}
	const isGone = (id: string): boolean => (owners.get(id)?.state ?? "dead") === "dead";
	const leftovers = new Set<string>();
	for (const name of parts) {
		const key = settlePart(layout, name, isGone);
		if (key === undefined) continue;
		if (published.has(key)) rmSync(join(layout.parts, key), { recursive: true, force: true });
		else leftovers.add(key);
	}
	return leftovers;
}

/** Removes the traces of dead owners, once what they published is recorded. */
export function forgetDeadOwners(layout: StateLayout): void {
	const dead = new Set([...findOwners(layout)].filter(([, owner]) => owner.state === "dead").map(([id]) => id));
	for (const name of readdirSync(layout.owners)) {
		const id = name.endsWith(".json") ? name.slice(0, -".json".length) : name.replace(/\.\d+\.intents$/, "");
		if (dead.has(id) || !existsSync(join(layout.owners, `${id}.json`))) rmSync(join(layout.owners, name), { force: true });
	}
}

/** Tells what one owner published, as far as its files of intents still lie there. */
export function absorbIntents(
	{ dir, layout, id, onPublished }: Recovery & { readonly dir: string; readonly layout: StateLayout; readonly id: string },
): void {
	for (const name of readdirSync(layout.owners)) {
		if (!name.startsWith(`${id}.`) || !name.endsWith(".intents")) continue;
		for (const { text, ended } of readLines(join(layout.owners, name))) {
			const intent = ended ? parseIntent(text) : undefined;
			if (intent && isPublished(dir, intent)) onPublished(intent);
		}
	}
}

/**
 * Takes a part from an owner that is gone.
 * @returns The key, where the part may be continued.
 */
export function settlePart(layout: StateLayout, name: string, isGone: (ownerId: string) => boolean): string | undefined {
	const temporary = name.lastIndexOf("~");
	if (temporary >= 0) {
		if (isGone(name.slice(0, temporary))) unlinkSync(join(layout.parts, name));
		return undefined;
	}
	const at = name.indexOf("@");
	if (at < 0) return name;
	if (!isGone(name.slice(at + 1))) return undefined;
	const key = name.slice(0, at);
	rmSync(join(layout.parts, key), { recursive: true, force: true });
	renameSync(join(layout.parts, name), join(layout.parts, key));
	return key;
}

/** Removes files of intents that came before `segment`: all of theirs is recorded. */
export function forgetSegments(layout: StateLayout, id: string, segment: number): void {
	for (let earlier = segment - 1; earlier >= 0; earlier--) {
		const path = intentsPath(layout, id, earlier);
		if (!existsSync(path)) return;
		unlinkSync(path);
	}
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
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		return undefined;
	}
	if (typeof value !== "object" || value === null) return undefined;
	const key: unknown = Reflect.get(value, "key");
	const file: unknown = Reflect.get(value, "file");
	const bytes: unknown = Reflect.get(value, "bytes");
	const inode: unknown = Reflect.get(value, "inode");
	if (typeof key !== "string" || typeof file !== "string" || typeof bytes !== "number" || typeof inode !== "number") return undefined;
	return { key, file, bytes, inode };
}
