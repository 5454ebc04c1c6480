/** The end of an attempt that has all bytes: are they what is wanted, then their name. */
import { type Failure, permanent } from "../core/failure.ts";
import { parseHttpDate } from "../core/http-date.ts";
import { classifyFileError } from "../store/classify-file-error.ts";
import { release } from "../store/part.ts";
import type { PublicationEnd } from "../store/publish.ts";
import { type Attempt, endAttempt, failAttempt } from "./attempt-state.ts";
import { mend } from "./mend.ts";
import { type Existing, endAsExisting } from "./outcome-of-head.ts";
import { cameAgain, endSame } from "./refresh.ts";
import { findExisting } from "./target.ts";

/** Verifies the part, then hands it to the publisher. */
export function publishAttempt(attempt: Attempt): void {
	const { verifier, typeCheck, task } = attempt;
	if (!verifier && !typeCheck && !task.refresh) return handOver(attempt);
	attempt.phase = "verify";
	judge(attempt)
		.then(async (failure) => {
			if (attempt.phase === "over") return;
			if (failure === "same") {
				if (task.refresh) endSame(attempt, task.refresh);
			} else if (!failure) handOver(attempt);
			else if (failure.code !== "checksum" || !(await mend(attempt))) failAttempt(attempt, failure);
		})
		.catch((error: unknown) => failAttempt(attempt, classifyFileError(error, "the part")));
}

/** @returns Why the file is not wanted: it is wrong, or here already. */
async function judge(attempt: Attempt): Promise<Failure | "same" | undefined> {
	const { verifier, typeCheck, task } = attempt;
	const failure = (await typeCheck?.verdict()) ?? (await verifier?.verify());
	if (failure) return failure;
	return task.refresh && (await cameAgain(attempt, task.refresh)) ? "same" : undefined;
}

function handOver(attempt: Attempt): void {
	const { target, part, context, task } = attempt;
	if (!target) return failAttempt(attempt, permanent("protocol", `${attempt.address.host} sent no response head`));
	attempt.phase = "publish";
	context.publisher.add({
		part,
		folder: target.folder,
		name: target.name,
		modifiedSeconds: parseHttpDate(part.source?.lastModified),
		replaces: task.refresh,
		settle: (end) => settle(attempt, end),
	});
	attempt.onReceived?.();
}

function settle(attempt: Attempt, end: PublicationEnd): void {
	switch (end.kind) {
		case "published": {
			const { file, bytes, shortfall } = end;
			const { verifier, etag, remarks, part } = attempt;
			const sha256 = verifier?.sha256();
			const lastModified = part.source?.lastModified;
			const saved = { kind: "saved", file, bytes, sha256, etag, lastModified } as const;
			if (!shortfall && !remarks) return endAttempt(attempt, saved);
			return endAttempt(attempt, { ...saved, ...(shortfall && { shortfall }), ...(remarks && { remarks }) });
		}
		case "exists":
			return endAsExisting(attempt, end.file, findInWay(attempt, end.bytes));
		case "failed": {
			const { failure } = end;
			const isKept = failure.endsRun === true && release(attempt.context.store, attempt.part);
			return endAttempt(attempt, { kind: "failed", failure }, isKept);
		}
		case "stopped":
			return endAttempt(attempt, { kind: "cancelled" }, release(attempt.context.store, attempt.part));
	}
}

/** What has the name. @param bytes - Its size in a bucket. */
function findInWay({ target, context }: Attempt, bytes: number | undefined): Partial<Existing> | undefined {
	const { dir, bucket } = context.options;
	if (bucket) return bytes === undefined ? undefined : { size: bytes };
	return target && findExisting(dir, target);
}
