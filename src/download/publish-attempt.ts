/** The end of an attempt that has all bytes: digest, then name. */
import { permanent } from "../core/failure.ts";
import { parseHttpDate } from "../core/http-date.ts";
import { classifyFileError } from "../store/classify-file-error.ts";
import type { PublicationEnd } from "../store/publish.ts";
import { type Attempt, endAttempt, failAttempt } from "./attempt-state.ts";
import { endAsExisting } from "./outcome-of-head.ts";
import { findExisting } from "./target.ts";

/** Verifies the part, then hands it to the publisher. */
export function publishAttempt(attempt: Attempt): void {
	const { verifier, part } = attempt;
	if (!verifier) return handOver(attempt);
	attempt.phase = "verify";
	verifier
		.verify(part)
		.then((failure) => {
			if (attempt.phase === "over") return;
			if (failure) failAttempt(attempt, failure);
			else handOver(attempt);
		})
		.catch((error: unknown) => failAttempt(attempt, classifyFileError(error, "the part")));
}

function handOver(attempt: Attempt): void {
	const { target, part, context } = attempt;
	if (!target) return failAttempt(attempt, permanent("protocol", `${attempt.address.host} sent no response head`));
	attempt.phase = "publish";
	context.publisher.add({
		part,
		folder: target.folder,
		name: target.name,
		modifiedSeconds: parseHttpDate(part.source?.lastModified),
		settle: (end) => settle(attempt, end),
	});
	attempt.onReceived?.();
}

function settle(attempt: Attempt, end: PublicationEnd): void {
	switch (end.kind) {
		case "published": {
			const { checksum } = attempt.task;
			const sha256 = checksum?.algorithm === "sha256" ? checksum.hex : undefined;
			const { file, bytes, shortfall } = end;
			return endAttempt(attempt, { kind: "saved", file, bytes, sha256, ...(shortfall && { shortfall }) });
		}
		case "exists":
			return endAsExisting(
				attempt,
				end.file,
				attempt.target && findExisting(attempt.context.options.dir, attempt.target),
			);
		case "failed":
			return endAttempt(attempt, { kind: "failed", failure: end.failure });
	}
}
