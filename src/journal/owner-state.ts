/** Whether the worker that an owner file names still lives. */
import { readFileSync, statSync } from "node:fs";
import type { OwnerIdentity } from "../core/state-layout.ts";
import { processPlace, processStart } from "./process-identity.ts";

/** An owner on another machine, or in another process namespace, counts as dead when its file is so old. */
const foreignDeadMs = 24 * 60 * 60 * 1000;
/** So long an identity without its text may be one that is just being written. */
const newbornMs = 10_000;

/**
 * `dead`: the process is gone. `orphan`: it lives, but its coordinator is gone, so it is about to end.
 * `alive`: it works for a run that goes on. `foreign`: it cannot be seen from here.
 */
export type OwnerState = "dead" | "orphan" | "alive" | "foreign";

export type KnownOwner = { readonly state: OwnerState; readonly identity?: OwnerIdentity };

/** @param path - The owner's identity file. */
export function ownerState(path: string): KnownOwner {
	const identity = readIdentity(path);
	// Just being written, or its writer was killed before it did anything.
	if (!identity) return { state: isOlder(path, newbornMs) ? "dead" : "alive" };
	const here = processPlace();
	if (identity.place !== here) {
		return {
			state: isEarlierBoot(identity.place, here) || isOlder(path, foreignDeadMs) ? "dead" : "foreign",
			identity,
		};
	}
	if (!isAlive(identity.pid, identity.startTicks)) return { state: "dead", identity };
	const led = isAlive(identity.coordinatorPid, identity.coordinatorStartTicks);
	return { state: led ? "alive" : "orphan", identity };
}

/** Whether a process lives and is still the same one. */
export function isAlive(pid: number, startTicks: string | undefined): boolean {
	if (startTicks !== undefined) return processStart(pid) === startTicks;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "EPERM";
	}
}

function isEarlierBoot(theirs: string, ours: string): boolean {
	const [theirHost, theirBoot] = theirs.split(" ");
	const [ourHost, ourBoot] = ours.split(" ");
	return theirHost === ourHost && theirBoot !== ourBoot;
}

function isOlder(path: string, ms: number): boolean {
	const found = statSync(path, { throwIfNoEntry: false });
	return found === undefined || Date.now() - found.mtimeMs > ms;
}

function readIdentity(path: string): OwnerIdentity | undefined {
	let value: unknown;
	try {
		value = JSON.parse(readFileSync(path, "utf8"));
	} catch {
		return undefined;
	}
	if (typeof value !== "object" || value === null) return undefined;
	const field = (name: keyof OwnerIdentity): unknown => Reflect.get(value, name);
	const pid = field("pid");
	const place = field("place");
	const coordinatorPid = field("coordinatorPid");
	const startTicks = field("startTicks");
	const coordinatorStartTicks = field("coordinatorStartTicks");
	if (typeof pid !== "number" || typeof place !== "string" || typeof coordinatorPid !== "number") return undefined;
	return {
		pid,
		place,
		coordinatorPid,
		...(typeof startTicks === "string" ? { startTicks } : {}),
		...(typeof coordinatorStartTicks === "string" ? { coordinatorStartTicks } : {}),
	};
}
