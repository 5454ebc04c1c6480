/** Whether the worker that an owner file names still lives. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { OwnerIdentity, StateLayout } from "../core/state-layout.ts";
import { readTrusted } from "../files/trust.ts";
import { askOwner, folderIdentity } from "./owner-socket.ts";
import { parseObject } from "./parse-object.ts";
import { lookAtProcess, parsePlace, processPlace } from "./process-identity.ts";

/** An owner that can be judged by its heartbeat alone counts as dead when that has been silent for so long. */
const silentMs = 3 * 60_000;
/** So long an identity without its text may be one that is just being written. */
const newbornMs = 10_000;
/** The process namespace of the machine itself, by its number in Linux: no container's. */
const firstNamespace = "pid:[4026531836]";

/**
 * `dead`: the process is gone, or has been silent for long where it cannot be seen. `orphan`: it lives, but its
 * coordinator is gone, so it is about to end. `alive`: it works for a run that goes on, as far as anybody can tell.
 */
export type OwnerState = "dead" | "orphan" | "alive";

export type KnownOwner = { readonly state: OwnerState; readonly identity?: OwnerIdentity };

/** @param nowMs - The time as the file system tells it: its clock may be another machine's. */
export async function ownerState(layout: StateLayout, id: string, nowMs: number): Promise<KnownOwner> {
	const path = join(layout.owners, `${id}.json`);
	const identity = readIdentity(path);
	// Just being written, or its writer was killed before it did anything.
	if (!identity) return { state: silence(path, nowMs) > newbornMs ? "dead" : "alive" };
	if (identity.left) return { state: "dead", identity };
	switch (seen(identity, identity.pid, identity.startTicks)) {
		case "gone":
			return { state: "dead", identity };
		case "there": {
			const led = seen(identity, identity.coordinatorPid, identity.coordinatorStartTicks) !== "gone";
			return { state: led ? "alive" : "orphan", identity };
		}
		case "unknown":
			return { state: (await isHeardOf(layout, id, { identity, nowMs })) ? "alive" : "dead", identity };
	}
}

/** Whether a process of an owner's place is there; `unknown` where that cannot be seen from here. */
export function seen(
	{ place }: OwnerIdentity,
	pid: number,
	startTicks: string | undefined,
): "there" | "gone" | "unknown" {
	const theirs = parsePlace(place);
	const ours = parsePlace(processPlace());
	if (theirs.boot !== ours.boot) return isEarlierBoot(place) ? "gone" : "unknown";
	if (theirs.namespace !== ours.namespace) return "unknown";
	// Without /proc there is no more to go by than the name of the machine.
	if (theirs.boot === "" && theirs.host !== ours.host) return "unknown";
	const sight = lookAtProcess(pid);
	if (sight === "gone") return "gone";
	if (sight === "hidden" || startTicks === undefined) return "unknown";
	return sight.start === startTicks ? "there" : "gone";
}

/** Whether an owner that cannot be seen answers, or has left a sign of life. */
async function isHeardOf(
	layout: StateLayout,
	id: string,
	{ identity, nowMs }: { readonly identity: OwnerIdentity; readonly nowMs: number },
): Promise<boolean> {
	const isHere = parsePlace(identity.place).boot === parsePlace(processPlace()).boot;
	if (isHere && identity.folder !== undefined && identity.folder === folderIdentity(layout)) {
		const answer = await askOwner(layout, id);
		if (answer !== "unknown") return answer === "alive";
	}
	return silence(join(layout.owners, `${id}.json`), nowMs) <= silentMs;
}

/** The machine was started again since; of a container nobody can tell whether it is the same machine. */
function isEarlierBoot(place: string): boolean {
	const theirs = parsePlace(place);
	const ours = parsePlace(processPlace());
	const areMachines = theirs.namespace === firstNamespace && ours.namespace === firstNamespace;
	return areMachines && theirs.host === ours.host && theirs.boot !== "" && ours.boot !== "";
}

/** Milliseconds since the last sign of life. */
export function silence(path: string, nowMs: number): number {
	const found = statSync(path, { throwIfNoEntry: false });
	return found === undefined ? Number.POSITIVE_INFINITY : nowMs - found.mtimeMs;
}

export function readIdentity(path: string): OwnerIdentity | undefined {
	let field: ReturnType<typeof parseObject>;
	try {
		field = parseObject(readTrusted(path));
	} catch {
		return undefined;
	}
	const pid = field?.("pid");
	const place = field?.("place");
	const coordinatorPid = field?.("coordinatorPid");
	if (!field || !isPid(pid) || typeof place !== "string" || !isPid(coordinatorPid)) return undefined;
	const text = <K extends keyof OwnerIdentity>(name: K): { readonly [N in K]?: string } => {
		const value = field(name);
		const found: { [N in K]?: string } = {};
		if (typeof value === "string") found[name] = value;
		return found;
	};
	return {
		pid,
		place,
		coordinatorPid,
		...text("startTicks"),
		...text("coordinatorStartTicks"),
		...text("folder"),
		...text("journal"),
		left: field("left") === true,
	};
}

/** Zero and below stand for groups of processes. */
function isPid(value: unknown): value is number {
	return Number.isSafeInteger(value) && Number(value) > 0;
}
