/** What tells a sink from any other, from whichever machine it is seen. */
import { resolve } from "node:path";
import { readBucket } from "../core/resolve-sink.ts";
import { directoryName, nameDirectory } from "../journal/state-id.ts";

/** As the coordinator sees it: a directory gets a name of its own where it has none. */
export async function sinkIdentity(sink: string): Promise<string> {
	return bucketIdentity(sink) ?? nameDirectory(resolve(sink));
}

/** As a worker sees it; undefined for a directory that no run has used. */
export function knownSinkIdentity(sink: string): string | undefined {
	return bucketIdentity(sink) ?? directoryName(resolve(sink));
}

/** However the same place was written. */
function bucketIdentity(sink: string): string | undefined {
	const bucket = readBucket(sink);
	return bucket && `s3://${bucket.name}/${bucket.prefix}`.replace(/\/$/, "");
}
