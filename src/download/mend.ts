/** What follows where a complete file is not what it should be: its wrong pieces alone once more, or the whole. */
import { lengthOf, type Span, withoutSpan } from "../core/spans.ts";
import { discard } from "../store/part.ts";
import { loseSpan, scatter } from "../store/scatter.ts";
import type { Attempt } from "./attempt-state.ts";

/** Called when a checksum of the file, or of a piece, does not hold. @returns Whether the attempt goes on. */
export async function mend(attempt: Attempt): Promise<boolean> {
	const wrong = wrongSpans(attempt);
	if (wrong.length > 0) {
		const isSecond = attempt.isMending;
		attempt.isMending = true;
		await lose(attempt, wrong);
		if (attempt.phase === "over" || isSecond || attempt.part.bytes === 0) return false;
		sendAgain(attempt);
		return true;
	}
	attempt.isMending = false;
	// Each answer was of one version, as the server says; it may not be true.
	if (attempt.wantsWhole || !attempt.segments?.hasPieces) return false;
	attempt.wantsWhole = true;
	discard(attempt.part);
	attempt.verifier?.restart();
	sendAgain(attempt);
	return true;
}

function sendAgain(attempt: Attempt): void {
	attempt.segments?.stop();
	attempt.segments = undefined;
	attempt.context.sendAgain(attempt);
}

/** Of a file whose pieces have digests. */
function wrongSpans({ task, verifier, part }: Attempt): Span[] {
	const { pieces } = task;
	if (!pieces) return [];
	const spans = (verifier?.wrongPieces() ?? []).map((n) => ({
		start: n * pieces.lengthBytes,
		end: Math.min(part.bytes, (n + 1) * pieces.lengthBytes),
	}));
	// Pieces that are missing altogether are no part of what came.
	return spans.every(({ start, end }) => start < end) ? spans : [];
}

async function lose({ part, context, verifier }: Attempt, wrong: readonly Span[]): Promise<void> {
	const sizeBytes = part.bytes;
	if (part.source) part.source = { ...part.source, totalBytes: sizeBytes };
	const here = wrong.reduce<Span[]>(withoutSpan, [{ start: 0, end: sizeBytes }]);
	if (part.scattered) for (const span of wrong) loseSpan(part, span);
	else {
		await scatter(context.store, part, { here, needsProof: true });
		part.bytes = part.scattered ? lengthOf(here) : 0;
	}
	// All of it is read again in the end.
	verifier?.restart();
	verifier?.grow(0);
}
