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

export function heed(carrier: Carrier, verdict: PieceVerdict, acts: HeedActs): void {
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
