/** What makes a refused request worth another try: credentials that were renewed meanwhile, or the right time. */
import type { S3Client } from "@aws-sdk/client-s3";

/** Whether the refusal was about the time, and the SDK has learned from it by how much the clock is wrong. */
export function learnedTheTime(cause: unknown): boolean {
	if (typeof cause !== "object" || cause === null || !("$metadata" in cause)) return false;
	const { $metadata: metadata } = cause;
	return typeof metadata === "object" && metadata !== null && Reflect.get(metadata, "clockSkewCorrected") === true;
}

export type Renewal = {
	/** Whether other credentials are in use than those that a request had which began then and was refused like this. */
	areOthersSince(ms: number, refused: { readonly status: number; readonly reason: string }): Promise<boolean>;
};

/** Credentials expire: whoever has given them may have put others in their place, which the SDK does not look for by itself. */
export function createRenewal({ config }: Pick<S3Client, "config">): Renewal {
	let renewedMs = Number.NEGATIVE_INFINITY;
	return {
		async areOthersSince(ms, { status, reason }) {
			// The answer to a HEAD has no room for a reason.
			const isAboutThem =
				/Expired|Token/.test(reason) || (status === 400 && /^(?:Unknown|BadRequest|400)/.test(reason));
			if (!isAboutThem) return false;
			// Another request may have seen to it.
			if (renewedMs > ms) return true;
			try {
				const before = await config.credentials();
				const { accessKeyId, sessionToken } = await config.credentials({ forceRefresh: true });
				if (accessKeyId !== before.accessKeyId || sessionToken !== before.sessionToken) renewedMs = performance.now();
			} catch {
				// There are none any more: the refusal says more.
			}
			return renewedMs > ms;
		},
	};
}
