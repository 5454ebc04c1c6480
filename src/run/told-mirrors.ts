/** Mirrors that servers told of: asked where all that is listed has failed, and only for bytes that a checksum proves. */
import type { Failure } from "../core/failure.ts";
import type { FailedResult } from "../core/task.ts";
import type { ToldMirrors } from "../core/told-mirrors.ts";
import type { Mirror, Pending, Verdict } from "./pending.ts";

/** A server that tells of ever new ones must not keep an entry from its end. */
const mostTold = 24;

/** What the end of an attempt says of its entry: a Metalink that brings nothing is not why that fails. */
export function endOf({ mirror }: Pending, { failure, worker }: FailedResult): Verdict {
	const { description } = mirror;
	return { worker, failure: description ? { ...description.failure, transient: failure.transient } : failure };
}

/** Keeps what a server tells of mirrors, until all that is listed has failed. */
export function hearOfMirrors(pending: Pending, told: ToldMirrors | undefined): void {
	if (!told) return;
	const { description, checksums = [] } = pending.mirror;
	pending.told = description
		? { urls: told.urls, checksums: [...checksums, ...(description.isOwn ? told.checksums : [])] }
		: told;
}

/**
 * Adds them to the entry's own, once, and the Metalink that may name more behind them.
 * @param failure - Of what was asked so far. @returns The first of them; undefined where there is none.
 */
export function addToldMirrors(pending: Pending, failure: Failure): Mirror | undefined {
	const { told, mirrors } = pending;
	pending.told = undefined;
	if (!told) return undefined;
	const { checksums, description } = told;
	const isProven = checksums.length + (pending.checksums?.length ?? 0) > 0;
	const mirrorOf = (url: string): Mirror => ({ url, host: new URL(url).host, tried: 0, out: false, checksums });
	const more = isProven ? told.urls.map(mirrorOf) : [];
	if (description && (isProven || description.isOwn)) {
		more.push({ ...mirrorOf(description.url), description: { isOwn: description.isOwn, failure } });
	}
	const room = mostTold - mirrors.filter((mirror) => mirror.checksums).length;
	const fresh = more.filter(({ url }) => mirrors.every((mirror) => mirror.url !== url)).slice(0, Math.max(0, room));
	pending.mirrors = [...mirrors, ...fresh];
	return fresh[0];
}
