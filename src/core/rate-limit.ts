/** What servers say of rate limits: how long to wait, where they send no Retry-After, and how often they may be asked. */

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
	const waits = itemsOf(value).flatMap((limit) => {
		const parameters = limit.replace(/"(?:[^"\\]|\\.)*"/g, "");
		const remaining = /;\s*r\s*=\s*(\d+)/.exec(parameters)?.[1];
		const seconds = /;\s*t\s*=\s*(\d+)/.exec(parameters)?.[1];
		return remaining !== undefined && Number(remaining) === 0 && seconds !== undefined ? [Number(seconds) * 1000] : [];
	});
	return waits.length > 0 ? Math.max(...waits) : undefined;
}

export type RatePolicyFields = {
	/** `RateLimit-Policy`, of the same drafts: `"burst";q=100;w=60`, or older `100;w=60`. */
	readonly rateLimitPolicy?: string | undefined;
	/** `RateLimit-Limit`, of an older draft, which may tell the window: `100, 100;w=60`. */
	readonly rateLimitLimit?: string | undefined;
};

/** Of a longer window most is better used at once: nobody wants a day's share spread over the day. */
const longestWindowSeconds = 60;

/** @returns Requests a second that the strictest of the policies with a short window allows; undefined where there is none. */
export function parseRatePolicy({ rateLimitPolicy, rateLimitLimit }: RatePolicyFields): number | undefined {
	const rates = itemsOf(rateLimitPolicy ?? rateLimitLimit ?? "").flatMap((item) => {
		const parameters = item.replace(/"(?:[^"\\]|\\.)*"/g, "");
		const unit = /;\s*qu\s*=\s*"([^"]*)"/.exec(item)?.[1] ?? "requests";
		const quota = /;\s*q\s*=\s*(\d{1,15})/.exec(parameters)?.[1] ?? /^\s*(\d{1,15})\s*;/.exec(parameters)?.[1];
		const seconds = Number(/;\s*w\s*=\s*(\d{1,15})/.exec(parameters)?.[1]);
		const isUsable = unit === "requests" && Number(quota) > 0 && seconds > 0 && seconds <= longestWindowSeconds;
		return isUsable ? [Number(quota) / seconds] : [];
	});
	return rates.length > 0 ? Math.min(...rates) : undefined;
}

/** A comma within a quoted name parts nothing. */
function itemsOf(value: string): readonly string[] {
	return value.match(/(?:"(?:[^"\\]|\\.)*"|[^,])+/g) ?? [];
}

function parseReset(value: string | undefined, nowMs: number): number | undefined {
	const text = value?.trim() ?? "";
	if (!/^\d{1,15}(\.\d+)?$/.test(text)) return undefined;
	const seconds = Number(text);
	return seconds >= epochFrom ? Math.max(0, seconds * 1000 - nowMs) : seconds * 1000;
}
