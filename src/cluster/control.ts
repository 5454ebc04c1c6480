/** What coordinators tell all workers at once; whoever does not hear it finds out by looking, a little later. */

import type { Redis } from "ioredis";
import type { RateShare } from "../core/rate-shares.ts";
import type { SlotGrant } from "../core/task.ts";
import { controlChannel } from "./keys.ts";
import { isRateShare } from "./messages.ts";

export type Control =
	/** Something about the runs has changed. */
	| { readonly type: "look"; readonly run: string }
	/** The run stops: cancel what is in flight, and say what became of it. */
	| { readonly type: "stop"; readonly run: string }
	/** The run is over: let go of it. */
	| { readonly type: "end"; readonly run: string }
	/** Start nothing of this host for so long. */
	| { readonly type: "pause"; readonly run: string; readonly host: string; readonly ms: number }
	/** Servers have set cookies, which the run keeps: sealed. */
	| { readonly type: "cookies"; readonly run: string; readonly cookies: string }
	/** So many slots beyond their own may downloads use. */
	| { readonly type: "grant"; readonly run: string; readonly grants: readonly SlotGrant[] }
	/** What the worker may use of the run's bytes a second. */
	| { readonly type: "rate"; readonly run: string; readonly worker: number; readonly share: RateShare }
	/** Which of the batches that the worker has not begun it begins, and which it lets go of. */
	| {
			readonly type: "assign";
			readonly run: string;
			readonly worker: number;
			readonly begin: readonly string[];
			readonly drop: readonly string[];
	  }
	/** The worker of this number counts as dead: what it held has been given to others. */
	| { readonly type: "dead"; readonly run: string; readonly worker: number };

/** Not waited for: a connection that is lost loses it too. */
export function tellWorkers(redis: Redis, control: Control): void {
	redis.publish(controlChannel, JSON.stringify(control)).catch(() => {});
}

export function parseControl(text: string): Control | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	return isControl(value) ? value : undefined;
}

function isControl(value: unknown): value is Control {
	if (typeof value !== "object" || value === null || !("type" in value) || !("run" in value)) return false;
	if (typeof value.run !== "string") return false;
	switch (value.type) {
		case "look":
		case "stop":
		case "end":
			return true;
		case "pause":
			return "host" in value && typeof value.host === "string" && "ms" in value && typeof value.ms === "number";
		case "cookies":
			return "cookies" in value && typeof value.cookies === "string";
		case "grant":
			return "grants" in value && Array.isArray(value.grants) && value.grants.every(isGrant);
		case "rate":
			return "worker" in value && typeof value.worker === "number" && "share" in value && isRateShare(value.share);
		case "assign":
			return "worker" in value && "begin" in value && isNames(value.begin) && "drop" in value && isNames(value.drop);
		case "dead":
			return "worker" in value && typeof value.worker === "number";
		default:
			return false;
	}
}

function isGrant(value: unknown): value is SlotGrant {
	if (typeof value !== "object" || value === null || !("id" in value) || !("extra" in value)) return false;
	const { id, extra } = value;
	return typeof id === "number" && Array.isArray(extra) && extra.every((one) => typeof one === "number");
}

function isNames(value: unknown): boolean {
	return Array.isArray(value) && value.every((one) => typeof one === "string");
}
