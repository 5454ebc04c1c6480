/** Pieces of a file from its other mirrors, beside the one that an attempt asks. */
import { type Address, addressOf } from "../core/address.ts";
import { parseDigestField } from "../core/digest-fields.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";
import { ifRangeValue, piecesEnd, type Validators } from "../core/ranges.ts";
import { isTransientStatus } from "../core/retry.ts";
import type { Span } from "../core/spans.ts";
import type { Task } from "../core/task.ts";
import { Exchange } from "../http/exchange.ts";
import { isRedirect, redirectTarget } from "../http/redirect.ts";
import type { ResponseHead } from "../http/response-head.ts";
import type { PieceAnswer, PieceVerdict } from "../segments/segments-host.ts";
import { askedBy } from "./asked-by.ts";
import type { Attempt } from "./attempt-state.ts";
import { type Asker, headWith } from "./request-of.ts";

export type MirrorPieces = {
	ask(span: Span, answer: PieceAnswer): Exchange;
	judge(span: Span, head: ResponseHead): PieceVerdict;
};

/** Redirects of one mirror: each of several pieces may meet the same. */
const mostRedirects = 20;

/** Whether the bytes of a file prove themselves, from wherever they come. */
export function isProvable({ checksums, pieces }: Task): boolean {
	return pieces !== undefined || (checksums !== undefined && checksums.length > 0);
}

/**
 * Pieces must be of the version that the attempt began with, as the mirror says itself: of the same size, and with the same
 * validators. Only where digests prove the whole may a mirror have validators of its own, one version of them for all its pieces.
 */
export function createMirrorPieces(attempt: Attempt, url: string): MirrorPieces {
	const { context, task, part } = attempt;
	const listed = addressOf(url);
	const hasOwn = isProvable(task);
	const { totalBytes } = part.source ?? {};
	let address: Address = listed;
	let redirects = 0;
	/** Of the first of its pieces, where it has a version of its own. */
	let own: Validators | undefined;
	const kept = (): Validators => (hasOwn ? (own ?? { totalBytes }) : (part.source ?? {}));

	const follow = (location: string): PieceVerdict => {
		const next = redirectTarget(location, new URL(address.href));
		redirects++;
		if ("code" in next || redirects > mostRedirects) return out(listed, "leads nowhere");
		address = addressOf(next.href);
		return { kind: "again" };
	};
	return {
		ask(span, answer) {
			const { cookies } = context;
			const asker: Asker = { context, task, listed, address, cookies, method: "GET", login: undefined };
			const pool = context.agent.poolOf(address.origin);
			const range = { from: span.start, to: span.end - 1, ifRange: ifRangeValue(kept()) };
			const exchange = new Exchange(pool, { method: "GET", head: headWith(asker, pool, range) }, answer);
			pool.send(exchange);
			return exchange;
		},
		judge(span, head) {
			const { status } = head;
			const location = isRedirect(status) ? head.field("location") : undefined;
			if (location) return follow(location);
			if (isTransientStatus(status)) {
				const failure: Failure = transient(`http_${status}`, `${address.host} answered ${status} to a piece`);
				return { kind: "failed", failure, isRefusal: true, asked: askedBy(status, head) };
			}
			const end = status === 206 && head.contentEncoding === undefined ? piecesEnd(kept(), span, head) : undefined;
			if (end === undefined) return out(address, `answered ${status}, which is no piece of the same version`);
			if (hasOwn) own ??= { etag: head.etag, lastModified: head.lastModified, date: head.date, totalBytes };
			return { kind: "fits", end, digests: parseDigestField(head.contentDigest) };
		},
	};
}

function out({ host }: Address, why: string): PieceVerdict {
	return { kind: "out", failure: permanent("protocol", `${host} ${why}`) };
}
