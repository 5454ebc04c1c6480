/** Sends a body: generated as it goes, no faster than its pace and its reader. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { ByteSpan } from "./content.ts";
import type { Response } from "./exchange.ts";
import type { Pace } from "./pacing.ts";

export type Body = {
	readonly span: ByteSpan;
	readonly pace: Pace | undefined;
	bytes(span: ByteSpan): Uint8Array;
};

const defaultChunkBytes = 64 * 1024;

/** Writes the span without ending the response. Rejects when the signal aborts. */
export async function sendBody(response: Response, body: Body, signal: AbortSignal): Promise<void> {
	const chunkBytes = body.pace?.chunkBytes ?? defaultChunkBytes;
	for (let start = body.span.start; start < body.span.end; start += chunkBytes) {
		const end = Math.min(start + chunkBytes, body.span.end);
		await pause(body.pace?.take(end - start) ?? 0, signal);
		if (!response.write(body.bytes({ start, end }))) await once(response, "drain", { signal });
	}
}

/** Waits, unless it is for less than a timer can tell. Rejects when the signal aborts. */
export async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
	if (waitMs >= 1) await sleep(waitMs, undefined, { signal });
	else signal.throwIfAborted();
}
