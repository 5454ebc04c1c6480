/** What tells a sink from any other, from whichever machine it is seen. */
import { resolve } from "node:path";
import { directoryName, nameDirectory } from "../journal/state-id.ts";

/** As the coordinator sees it: a directory gets a name of its own where it has none. */
export async function sinkIdentity(sink: string): Promise<string> {
	return isBucket(sink) ? sink.replace(/\/+$/, "") : nameDirectory(resolve(sink));
}

/** As a worker sees it; undefined for a directory that no run has used. */
export function knownSinkIdentity(sink: string): string | undefined {
	return isBucket(sink) ? sink.replace(/\/+$/, "") : directoryName(resolve(sink));
}

function isBucket(sink: string): boolean {
	return sink.startsWith("s3://");
}
