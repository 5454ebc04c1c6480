/** The owners in a directory: who lives, and the traces of those that do not. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readOwnerName, type StateLayout, takenFrom } from "../core/state-layout.ts";
import { unlinkQuietly } from "../files/quietly.ts";
import { intentsPath, markLeft } from "./owner.ts";
import { type KnownOwner, ownerState, readIdentity, seen, silence } from "./owner-state.ts";
import { isWorkerProcess } from "./process-identity.ts";

/** Workers whose coordinator was killed end by themselves within this time; then they are killed, in milliseconds. */
const orphanPatienceMs = 2000;
const orphanPollMs = 20;
/** What has no owner may belong to one whose file is on its way to us: shares show new names late. */
const strayMs = 3 * 60_000;
/** What owners of another journal left is taken over by whoever comes when that journal has not been used for so long. */
const abandonedMs = 30 * 86_400_000;
const coordinator = "-coordinator";

/** What the coordinator of a run is called in the directory. */
export function coordinatorId(run: string): string {
	return `${run}${coordinator}`;
}

const isCoordinator = (ownerId: string): boolean => ownerId.endsWith(coordinator);
const runOf = (coordinatorOfRun: string): string => coordinatorOfRun.slice(0, -coordinator.length);

export type Owners = {
	/** Gone, and all that they announced may be told and forgotten. */
	readonly dead: ReadonlySet<string>;
	/** At work, as far as anybody can tell. */
	readonly alive: ReadonlySet<string>;
	/** Whether it is a worker of a run that is over for certain, whatever its process does. */
	isOver(ownerId: string): boolean;
	/** Whether what lies in the name of an owner may be taken over. @param path - What lies there. */
	isGone(ownerId: string, path: string): boolean;
};

/**
 * Looks who is there, and waits for workers of a killed run to end.
 * @param nowMs - The time as the file system tells it.
 * @param runs - Owners of `run` are none of the others; those of runs that are `over` are gone, whatever their processes do;
 * `journal` names the directory of this run's, where that is another one.
 */
export async function findOwners(
	layout: StateLayout,
	nowMs: number,
	{ run, over = [], journal }: OwnRun,
): Promise<Owners> {
	const others = ownerIds(layout).filter((id) => !id.startsWith(`${run}-`));
	// Dead or alive, what those of another journal published is for that one to know.
	const isForeign = foreignOwners(layout, others, { journal, nowMs });
	const ids = others.filter((id) => !isForeign(id));
	const isOver = (id: string): boolean => over.some((one) => id.startsWith(`${one}-`));
	const dead = new Set<string>();
	const alive = new Set<string>();
	await Promise.all(
		ids.map(async (id) => {
			const isDead = isOver(id) || (await outwait(id, await ownerState(layout, id, nowMs)));
			(isDead ? dead : alive).add(id);
		}),
	);
	// One that was taken for dead has no announcement any more, while what it published may not be recorded yet.
	const deadRuns = [...dead].filter(isCoordinator).map(runOf);
	const isOfDeadRun = (id: string): boolean => isOver(id) || deadRuns.some((one) => id.startsWith(`${one}-`));
	for (const id of tracedOwners(layout, isOfDeadRun)) if (!alive.has(id)) dead.add(id);
	const isUnknownGone = (id: string, path: string): boolean =>
		!alive.has(id) && !isForeign(id) && (isOfDeadRun(id) || isStray(layout, id, { path, nowMs }));
	return {
		dead,
		alive,
		// Its coordinator tells of the run until all else is forgotten.
		isOver: (id) => isOver(id) && !isCoordinator(id),
		isGone: (id, path) => dead.has(takenFrom(id)) || isUnknownGone(id, path),
	};
}

type OwnRun = {
	readonly run: string;
	readonly over?: readonly string[] | undefined;
	readonly journal?: string | undefined;
};

/** Their coordinator tells which journal a run has. */
function foreignOwners(
	layout: StateLayout,
	ids: readonly string[],
	{ journal, nowMs }: { readonly journal: string | undefined; readonly nowMs: number },
): (ownerId: string) => boolean {
	const runs: string[] = [];
	for (const id of ids) {
		if (!isCoordinator(id)) continue;
		const path = join(layout.owners, `${id}.json`);
		const identity = readIdentity(path);
		if (!identity || identity.journal === journal || silence(path, nowMs) > abandonedMs) continue;
		runs.push(runOf(id));
	}
	return (ownerId) => runs.some((run) => ownerId.startsWith(`${run}-`));
}

/** All that have announced themselves. */
function ownerIds(layout: StateLayout): string[] {
	return readdirSync(layout.owners).flatMap((name) => {
		const known = readOwnerName(name);
		return known?.kind === "json" ? [known.ownerId] : [];
	});
}

/** Removes the traces of dead owners, once what they published is recorded, and what nobody announced. */
export function forgetDeadOwners(layout: StateLayout, { dead }: Owners, nowMs: number): void {
	for (const name of announcementsLast(readdirSync(layout.owners))) {
		const known = readOwnerName(name);
		if (!known) continue;
		const path = join(layout.owners, name);
		if (dead.has(known.ownerId) || isStray(layout, known.ownerId, { path, nowMs })) unlinkQuietly(path);
	}
}

/** Takes from owners the right to name files, whether they still live or not; gives their ids. */
export function revokeOwners(layout: StateLayout, isOne: (ownerId: string) => boolean): ReadonlySet<string> {
	const ids = tracedOwners(layout, isOne);
	for (const id of ids) unlinkQuietly(join(layout.owners, `${id}.json`));
	return ids;
}

/** Owners of whom anything is there. */
export function tracedOwners(layout: StateLayout, isOne: (ownerId: string) => boolean): ReadonlySet<string> {
	const ids = readdirSync(layout.owners).flatMap((name) => readOwnerName(name)?.ownerId ?? []);
	return new Set(ids.filter(isOne));
}

/** Says of owners that they work here no more, although their process goes on: whoever comes next takes over what they left. */
export function leaveOwners(layout: StateLayout, isOne: (ownerId: string) => boolean): void {
	try {
		for (const id of ownerIds(layout)) if (isOne(id)) markLeft(layout, id);
	} catch {
		// Somebody has removed the state.
	}
}

/** Removes all traces of owners; what they published is recorded. */
export function forgetOwners(layout: StateLayout, isOne: (ownerId: string) => boolean): void {
	for (const name of announcementsLast(readdirSync(layout.owners))) {
		const known = readOwnerName(name);
		if (known && isOne(known.ownerId)) unlinkQuietly(join(layout.owners, name));
	}
}

/**
 * What nobody announced lies there for minutes: a kill in between leaves none of that. And as long as traces of a run are
 * there, its coordinator tells which journal it has.
 */
function announcementsLast(names: readonly string[]): readonly string[] {
	const rank = (name: string): number => {
		if (!name.endsWith(".json")) return 0;
		return name.endsWith(`${coordinator}.json`) ? 2 : 1;
	};
	return [...names].sort((one, other) => rank(one) - rank(other));
}

/** Removes files of intents that came before `segment`: all of theirs is recorded. */
export function forgetSegments(layout: StateLayout, id: string, segment: number): void {
	for (let earlier = segment - 1; earlier >= 0; earlier--) {
		if (!unlinkQuietly(intentsPath(layout, id, earlier))) return;
	}
}

/** Whether no owner of that id is there, and what lies in its name has done so for long. By the time of its last change, as its own may be a server's. */
function isStray(
	layout: StateLayout,
	id: string,
	{ path, nowMs }: { readonly path: string; readonly nowMs: number },
): boolean {
	const file = join(layout.owners, `${id}.json`);
	if (path === file || lstatSync(file, { throwIfNoEntry: false })) return false;
	const found = lstatSync(path, { throwIfNoEntry: false });
	return found === undefined || nowMs - found.ctimeMs > strayMs;
}

/** @returns Whether the owner is gone now. */
async function outwait(id: string, { state, identity }: KnownOwner): Promise<boolean> {
	if (state !== "orphan" || !identity) return state === "dead";
	const { pid, startTicks } = identity;
	const isThere = (): boolean => seen(identity, pid, startTicks) === "there";
	if (await becomesFalse(isThere)) return true;
	// A number alone may be anybody's: the process itself must say that it is this worker.
	if (!isWorkerProcess(pid, id)) return false;
	process.kill(pid, "SIGKILL");
	return becomesFalse(isThere);
}

async function becomesFalse(isThere: () => boolean): Promise<boolean> {
	for (let waitedMs = 0; waitedMs < orphanPatienceMs; waitedMs += orphanPollMs) {
		if (!isThere()) return true;
		await sleep(orphanPollMs);
	}
	return false;
}
