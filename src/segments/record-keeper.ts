/** Tells on disk, from time to time, which bytes of a part are here. */
import { prefixOf } from "../core/spans.ts";
import type { Part } from "../store/part.ts";
import { flushHere, scatter, tellHere } from "../store/scatter.ts";
import type { SegmentsHost } from "./segments-host.ts";

/** What came since is asked for again after a kill, and after a loss of power. */
const tellMs = 50;
const flushMs = 15_000;

export type RecordKeeper = {
	begin(): void;
	/** Called often. @throws {NodeJS.ErrnoException} such as EIO. */
	keep(nowMs: number): void;
};

/** @param onGrown - Told how many bytes are here from the start on. */
export function createRecordKeeper(part: Part, onGrown: (prefixBytes: number) => void): RecordKeeper {
	let toldMs = 0;
	let flushedMs = 0;
	const grow = (): void => onGrown(prefixOf(part.scattered?.here ?? []));
	return {
		begin() {
			toldMs = performance.now();
			flushedMs = toldMs;
			grow();
		},
		keep(nowMs) {
			if (nowMs - toldMs < tellMs) return;
			toldMs = nowMs;
			tellHere(part);
			grow();
			if (nowMs - flushedMs < flushMs) return;
			flushedMs = nowMs;
			void flushHere(part);
		},
	};
}

/** Tells on disk that bytes will lie in several places. @returns Whether that is known there now. */
export async function makeKnown({
	store,
	part,
	needsProof,
}: Pick<SegmentsHost, "store" | "part" | "needsProof">): Promise<boolean> {
	try {
		await scatter(store, part, { needsProof });
	} catch {
		return false;
	}
	return part.scattered !== undefined;
}
