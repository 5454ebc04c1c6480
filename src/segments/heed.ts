/** What follows from the head of an answer to a piece. */
import { type Failure, transient } from "../core/failure.ts";
import type { Asked } from "../core/task.ts";
import { createAnswerDigest } from "./answer-digest.ts";
import type { Carrier } from "./carrier.ts";
import type { PieceVerdict } from "./segments-host.ts";

export type HeedActs = {
	/** Whether no other connection is at work. */
	readonly isLast: boolean;
	/** Asks for the same once more. */
	again(): void;
	/** Asks nothing more of that server. */
	leaveOut(): void;
	/** That was one connection too many. */
	refuse(): void;
	fail(failure: Failure, asked?: Asked): void;
	lie(why: string): void;
};

/** A server may cut what it is asked for, but not again and again to fewer bytes than these: each would take a request. */
const leastCutBytes = 16 * 1024;
const mostShort = 100;

export type Heed = (carrier: Carrier, verdict: PieceVerdict, acts: HeedActs) => void;

/** Of one file. */
export function createHeed(): Heed {
	let short = 0;
	return (carrier, verdict, acts) => {
		const isCut = verdict.kind === "fits" && verdict.end < carrier.end;
		if (isCut && verdict.end < carrier.at + leastCutBytes) short++;
		if (isCut && short > mostShort) acts.fail(transient("truncated", "answers bring hardly any of what is wanted"));
		else heed(carrier, verdict, acts);
	};
}

function heed(carrier: Carrier, verdict: PieceVerdict, acts: HeedActs): void {
	switch (verdict.kind) {
		case "fits":
			if (verdict.end <= carrier.at)
				return acts.fail(transient("truncated", "an answer brings nothing that is wanted"));
			carrier.digest = createAnswerDigest({ start: carrier.at, end: verdict.end }, verdict.digests);
			carrier.askedTo = verdict.end;
			carrier.end = Math.min(carrier.end, verdict.end);
			return;
		case "again":
			return acts.again();
		case "lie":
			return acts.lie(verdict.why);
		case "out":
			return acts.leaveOut();
		case "denied":
			if (acts.isLast) return acts.lie(verdict.failure.message);
			acts.refuse();
			return acts.fail(verdict.failure);
		case "failed":
			if (verdict.isRefusal) acts.refuse();
			return acts.fail(verdict.failure, verdict.asked);
	}
}
