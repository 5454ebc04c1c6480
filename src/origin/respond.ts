/** Answers requests: judges each, waits as told, and sends a file, a fault or a refusal. */
import { type Admission, createAdmission } from "./admission.ts";
import { originSize } from "./content.ts";
import type { Exchange, Respond } from "./exchange.ts";
import { createFactsCache } from "./file-facts.ts";
import { falsify, lieOf } from "./lie.ts";
import type { OriginOptions } from "./options.ts";
import { createPacing } from "./pacing.ts";
import { errorReply, fileReply, type Reply, refusal } from "./reply.ts";
import { pause } from "./send-body.ts";
import { sendReply } from "./send-reply.ts";
import type { Tally } from "./tally.ts";
import { type Fault, judge, type Verdict } from "./verdict.ts";

const counted = { reset: "resets", cut: "cuts", stall: "stalls" } as const;

/** Makes the answerer of a server with these options. */
export function createResponder(options: OriginOptions, tally: Tally): Respond {
	const factsOf = createFactsCache(options.seed, options.cacheBytes);
	const pacing = createPacing(options);
	const admission = createAdmission(options);
	const replyTo = ({ request }: Exchange, path: string, verdict: Verdict): Reply => {
		const sizeBytes = originSize(path);
		if (verdict.kind === "refused") return errorReply(options, 429);
		if (request.method !== "GET" && request.method !== "HEAD") return refusal(405);
		if (sizeBytes === undefined || verdict.kind === "missing") return refusal(404);
		if (verdict.kind === "error") return errorReply(options, verdict.errorStatus);
		const asked = { options, request, path, file: factsOf(path, sizeBytes) };
		const reply = fileReply(asked);
		const lie = options.lieRate > 0 && reply.status === 206 ? lieOf(options, path) : undefined;
		if (lie === undefined) return reply;
		if (lie === "whole") return fileReply({ ...asked, options: { ...options, ranges: false } });
		return falsify(reply, lie, { seed: options.seed, path });
	};
	return (exchange) => {
		const path = pathOf(exchange.request.url ?? "/");
		tally.count("requests");
		const verdict = admitted(exchange, admission, judge(options, path, tally.countPath(path)));
		const answer = (): Promise<void> | undefined => {
			const reply = replyTo(exchange, path, verdict);
			const fault = faultIn(verdict);
			countReply(tally, reply, fault);
			return sendReply({ exchange, reply, fault, pace: pacing(exchange.connection, verdict.slow) });
		};
		const late = verdict.delayMs < 1 ? answer() : delayed(exchange, verdict.delayMs, answer);
		late?.catch(() => exchange.response.destroy());
	};
}

/** Who is let in keeps its place until its answer is over. */
function admitted({ response }: Exchange, admission: Admission | undefined, verdict: Verdict): Verdict {
	if (!admission) return verdict;
	if (!admission.admit()) return { ...verdict, kind: "refused" };
	response.once("close", admission.leave);
	return verdict;
}

async function delayed(
	{ response }: Exchange,
	delayMs: number,
	answer: () => Promise<void> | undefined,
): Promise<void> {
	const gone = new AbortController();
	const onClose = (): void => gone.abort();
	response.once("close", onClose);
	await pause(delayMs, gone.signal);
	response.off("close", onClose);
	await answer();
}

function pathOf(target: string): string {
	const queryAt = target.indexOf("?");
	return queryAt < 0 ? target : target.slice(0, queryAt);
}

function faultIn({ kind }: Verdict): Fault | undefined {
	return kind === "reset" || kind === "cut" || kind === "stall" ? kind : undefined;
}

function countReply(tally: Tally, { status }: Reply, fault: Fault | undefined): void {
	if (fault) tally.count(counted[fault]);
	else if (status === 206) tally.count("ranged");
	else if (status === 404) tally.count("missing");
	else if (status === 429 || status >= 500) tally.count("errors");
}
