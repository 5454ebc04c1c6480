/** Where a bucket is, by what a store says that was asked at the wrong place. The host stays the SDK's to make: no answer names one that gets a signature. */
import type { S3Client } from "@aws-sdk/client-s3";

/** Statuses of answers that say that a bucket is elsewhere. */
const elsewhere: ReadonlySet<number> = new Set([301, 302, 307, 400]);
/** It becomes a part of a host name. */
const regionName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const regionalHost = /(?:^|\.)s3[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d+)\.amazonaws\.com(?:\.cn)?$/;
const mostMoves = 3;

export type Regions = {
	/** How often the region was changed so far. */
	readonly moves: number;
	/**
	 * Changes the region of the client where an answer names another one.
	 * @param since - Of `moves`, when the request began.
	 * @returns Whether the same request may go better now.
	 */
	follow(cause: unknown, since: number): Promise<boolean>;
};

/** @param onMove - The client makes its requests elsewhere from now on. */
export function createRegions({ config }: Pick<S3Client, "config">, onMove: () => Promise<void>): Regions {
	let moves = 0;
	let last = Promise.resolve();
	const move = async (cause: unknown, since: number): Promise<boolean> => {
		if (!elsewhere.has(statusOf(cause))) return false;
		// Another request has seen to it.
		if (moves > since) return true;
		const region = regionNamedBy(cause);
		if (region === undefined || moves >= mostMoves || region === (await config.region())) return false;
		moves++;
		config.region = async () => region;
		await onMove();
		return true;
	};
	return {
		get moves() {
			return moves;
		},
		follow(cause, since) {
			const moved = last.then(() => move(cause, since));
			last = moved.then(
				() => undefined,
				() => undefined,
			);
			return moved;
		},
	};
}

/** The region that an answer names; undefined where it names none. */
export function regionNamedBy(cause: unknown): string | undefined {
	if (!elsewhere.has(statusOf(cause))) return undefined;
	const named = headerOf(cause, "x-amz-bucket-region") ?? fieldOf(cause, "Region");
	const region = named ?? regionalHost.exec(hostNamedBy(cause) ?? "")?.[1];
	return region !== undefined && regionName.test(region) ? region : undefined;
}

/** The host to which an answer sends its requests. */
export function hostNamedBy(cause: unknown): string | undefined {
	const location = headerOf(cause, "location") ?? "";
	return fieldOf(cause, "Endpoint") ?? (URL.canParse(location) ? new URL(location).host : undefined);
}

/** HTTP status of the answer; 0 where there was none. */
export function statusOf(cause: unknown): number {
	const status = Reflect.get(Object(fieldsOf(cause, "$metadata")), "httpStatusCode");
	return typeof status === "number" ? status : 0;
}

/** Whether an answer refuses without a word of why: that to a HEAD has no room for it. */
export function isSilent(cause: unknown): boolean {
	return elsewhere.has(statusOf(cause)) && cause instanceof Error && /^(?:Unknown|BadRequest|\d+$)/.test(cause.name);
}

function headerOf(cause: unknown, name: string): string | undefined {
	return textOf(Reflect.get(Object(Reflect.get(Object(fieldsOf(cause, "$response")), "headers")), name));
}

function fieldOf(cause: unknown, name: string): string | undefined {
	return textOf(fieldsOf(cause, name));
}

function fieldsOf(cause: unknown, name: string): unknown {
	return Reflect.get(Object(cause), name);
}

function textOf(value: unknown): string | undefined {
	return typeof value === "string" && value !== "" ? value : undefined;
}
