/** The Metalink that a server has for a file (RFC 6249): read into memory for the mirrors that it names, and not saved. */
import { basename } from "node:path/posix";
import { pathnameOf } from "../core/address.ts";
import type { Entry } from "../core/entry.ts";
import { type Failure, permanent } from "../core/failure.ts";
import { nameFromPath } from "../core/naming.ts";
import { readDescribed, type ToldMirrors } from "../core/told-mirrors.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { type Attempt, failAttempt } from "./attempt-state.ts";
import { drain } from "./drain.ts";

/** One of a single file is a few KiB, or some hundred with the hashes of many pieces. */
const mostBytes = 1024 * 1024;

/** Ends the attempt as failed in any case, with what was found. */
export function readDescription(attempt: Attempt, head: ResponseHead): void {
	const { contentLength = 0, contentEncoding = "identity" } = head;
	if (contentLength > mostBytes || contentEncoding.toLowerCase() !== "identity") {
		return drain(attempt, head, () => failAttempt(attempt, useless("is too large, or encoded")));
	}
	const chunks: Buffer[] = [];
	let bytes = 0;
	attempt.phase = "body";
	attempt.filter = {
		write(chunk) {
			bytes += chunk.length;
			if (bytes > mostBytes) return failAttempt(attempt, useless("is too large"));
			chunks.push(Buffer.from(chunk));
		},
		end() {
			attempt.phase = "verify";
			tellMirrors(attempt, chunks).catch((error: unknown) => failAttempt(attempt, useless(String(error))));
		},
		destroy() {
			chunks.length = 0;
		},
	};
}

async function tellMirrors(attempt: Attempt, chunks: readonly Buffer[]): Promise<void> {
	const entry = fileOf(attempt, await entriesOf(chunks));
	if (entry) {
		const { address, listed } = attempt;
		const told = readDescribed(entry.urls, entry.checksums ?? [], listed.href);
		// Whoever a redirect leads to is not the server that told of it.
		attempt.told = address.origin === listed.origin ? told : withoutProof(told);
	}
	failAttempt(attempt, useless("was read"));
}

async function entriesOf(chunks: readonly Buffer[]): Promise<readonly Entry[]> {
	const { readMetalink } = await import("../list/metalink.ts");
	async function* bytes(): AsyncGenerator<Uint8Array> {
		yield* chunks;
	}
	const entries: Entry[] = [];
	for await (const batch of readMetalink(bytes(), { warn: () => undefined })) entries.push(...batch);
	return entries.filter(({ failure }) => failure === undefined);
}

/** Of several files the one of that name. */
function fileOf({ namedBy }: Attempt, entries: readonly Entry[]): Entry | undefined {
	if (entries.length < 2) return entries[0];
	const name = nameFromPath(pathnameOf(namedBy));
	return entries.find(({ out = "" }) => basename(out) === name);
}

function withoutProof({ urls }: ToldMirrors): ToldMirrors {
	return { urls, checksums: [] };
}

function useless(why: string): Failure {
	return permanent("protocol", `the server's Metalink ${why}`);
}
