/** How long a server asks to wait by the fields of rate limits, where it sends no Retry-After. */

export type RateLimitFields = {
	/** `RateLimit`, of the drafts of the IETF's HTTPAPI group: `"default";r=0;t=30`, or older `limit=9, remaining=0, reset=30`. */
	readonly rateLimit?: string | undefined;
	/** `RateLimit-Reset`, of an older draft, and `X-RateLimit-Reset`, which many use: seconds, or an epoch. */
	readonly rateLimitReset?: string | undefined;
	readonly xRateLimitReset?: string | undefined;
};

/** Numbers from here on are seconds since 1970: as a wait they would be longer than 31 years. */
const epochFrom = 1e9;

/**
 * Reads the fields in the order of their standing; one that cannot be read is passed over.
 * @returns Milliseconds to wait, at least 0; undefined where the fields say nothing usable.
 */
export function parseRateLimit(fields: RateLimitFields, nowMs: number): number | undefined {
	return (
		parseRateLimitField(fields.rateLimit) ??
		parseReset(fields.rateLimitReset, nowMs) ??
		parseReset(fields.xRateLimitReset, nowMs)
	);
}

/** Where several limits are told, the longest wait of those that are used up. */
function parseRateLimitField(value: string | undefined): number | undefined {
	if (value === undefined) return undefined;
	const older = /(?:^|,)\s*remaining\s*=\s*(\d+)/i.exec(value);
	if (older) {
		const reset = /(?:^|,)\s*reset\s*=\s*(\d+)/i.exec(value)?.[1];
		return Number(older[1]) === 0 && reset !== undefined ? Number(reset) * 1000 : undefined;
	}
	// A comma within a quoted name parts nothing.
	const limits = value.match(/(?:"(?:[^"\\]|\\.)*"|[^,])+/g) ?? [];
	const waits = limits.flatMap((limit) => {
		const parameters = limit.replace(/"(?:[^"\\]|\\.)*"/g, "");
		const remaining = /;\s*r\s*=\s*(\d+)/.exec(parameters)?.[1];
		const seconds = /;\s*t\s*=\s*(\d+)/.exec(parameters)?.[1];
		return remaining !== undefined && Number(remaining) === 0 && seconds !== undefined ? [Number(seconds) * 1000] : [];
	});
	return waits.length > 0 ? Math.max(...waits) : undefined;
}

function parseReset(value: string | undefined, nowMs: number): number | undefined {
	const text = value?.trim() ?? "";
	if (!/^\d{1,15}(\.\d+)?$/.test(text)) return undefined;
	const seconds = Number(text);
	return seconds >= epochFrom ? Math.max(0, seconds * 1000 - nowMs) : seconds * 1000;
}
