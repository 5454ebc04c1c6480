/** What entries hold is closed with a key that coordinator and workers share, where one is set, and is plain JSON else. */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { ClusterError } from "./cluster-error.ts";

export type Seal = {
	/** Whether there is a key. */
	readonly isKeyed: boolean;
	close(value: unknown): string;
	/** @throws {ClusterError} (`cluster_message`) it was closed with another key, or was changed since. */
	open(text: string): unknown;
};

const leastCharacters = 16;
const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
/** Before what is sealed; no JSON begins so. */
const mark = "sealed:";

/** @throws {ClusterError} the key is too short. */
export function createSeal(key: string | undefined): Seal {
	if (key === undefined || key === "")
		return { isKeyed: false, close: (value) => JSON.stringify(value), open: openPlain };
	if (key.length < leastCharacters) {
		throw new ClusterError("cluster_unusable", `DOWNSPOUT_CLUSTER_KEY must have ${leastCharacters} characters or more`);
	}
	// The salt is the same for all: whoever knows the text must come to the same key without asking anybody.
	const secret = scryptSync(key, "downspout cluster 1", 32);
	return {
		isKeyed: true,
		close(value) {
			const nonce = randomBytes(nonceBytes);
			const cipher = createCipheriv(algorithm, secret, nonce);
			const body = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
			return mark + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64");
		},
		open(text) {
			// What is not sealed did not come from one who knows the key.
			if (!text.startsWith(mark)) throw wrongKey();
			const bytes = Buffer.from(text.slice(mark.length), "base64");
			try {
				const decipher = createDecipheriv(algorithm, secret, bytes.subarray(0, nonceBytes));
				decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
				const body = decipher.update(bytes.subarray(nonceBytes + tagBytes));
				return JSON.parse(Buffer.concat([body, decipher.final()]).toString("utf8"));
			} catch (cause) {
				throw wrongKey(cause);
			}
		},
	};
}

function openPlain(text: string): unknown {
	if (text.startsWith(mark)) throw wrongKey();
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new ClusterError("cluster_message", "what Redis holds is no message of downspout", { cause });
	}
}

function wrongKey(cause?: unknown): ClusterError {
	return new ClusterError("cluster_message", "DOWNSPOUT_CLUSTER_KEY is not the same on both sides", { cause });
}
