/** The scenarios that the controller is held to, and what it must reach in each. */
import type { OriginModel } from "./origin-model.ts";
import type { Scenario } from "./simulate.ts";

export type Bound = {
	/** Least speed, as a share of what it is compared with. */
	readonly least: number;
	/** `fixed`: the best of the fixed levels; a level: that one, from an origin that refuses nothing; a rate: files a second. */
	readonly of: "fixed" | { readonly level: number } | { readonly perSecond: number };
	/** Most refusals, where an origin refuses. */
	readonly refusals?: number;
	/** Most entries that fail, where chance may have one fail at each attempt. */
	readonly failed?: number;
	/** Most requests for entries that are forbidden, beyond one for each. */
	readonly askedAgain?: number;
};

export type HeldScenario = Scenario & { readonly bound: Bound };

/** The levels that it is compared with. */
export const fixedLevels = [8, 16, 32, 64, 128, 256] as const;

const mbit = 125_000;
const small = 10 * 1024;
const line200: OriginModel = { rttMs: 50, bandwidth: 200 * mbit };
const fixed: Bound = { least: 0.95, of: "fixed" };
const slow: OriginModel = { rttMs: 10, serviceMs: 40 };
const late: OriginModel = { rttMs: 0.3, serviceMs: 50, jitter: 0.02, refusalMs: 50, retryAfterMs: 1000 };
const failing = { least: 1, of: { perSecond: 100 } } as const;
const rate4 = { least: 0.9, of: { perSecond: 4 } } as const;
const rate = { least: 0.9, of: { perSecond: 400 } } as const;

function alike(count: number, model: OriginModel): OriginModel[] {
	return Array.from({ length: count }, () => model);
}

function one(files: number, model: OriginModel, bound: Bound, size: Scenario["size"] = small): HeldScenario {
	return { files, origins: [model], size, bound };
}

export const heldScenarios: Readonly<Record<string, HeldScenario>> = {
	"1 ms away, 16 at once": one(20_000, { rttMs: 1, serviceMs: 2, servers: 16 }, fixed),
	"1 ms away, 64 at once": one(10_000, { rttMs: 1, serviceMs: 10, servers: 64 }, fixed),
	"5 ms away, 128 at once": one(10_000, { rttMs: 5, serviceMs: 10, servers: 128 }, { ...fixed, least: 0.92 }),
	"20 ms away": one(10_000, { ...line200, rttMs: 20 }, fixed, 2 * small),
	"50 ms away, 3,000 files": one(3000, line200, fixed, 2 * small),
	"200 ms away, 3,000 files": one(3000, { ...line200, rttMs: 200 }, fixed, 2 * small),
	"a line of 100 Mbit/s, in turns of 10 ms": {
		...one(3000, { rttMs: 30, bandwidth: 100 * mbit }, fixed, 2 * small),
		turnMs: 10,
	},
	"a line of 100 Mbit/s": one(3000, { rttMs: 30, bandwidth: 100 * mbit }, fixed, 2 * small),
	"slows down beyond 50": one(40_000, { rttMs: 20, serviceMs: 60, slowsBeyond: 50 }, { ...fixed, least: 0.9 }),
	"20, then 200, then 20 at once": one(
		60_000,
		{ rttMs: 20, serviceMs: 30, servers: (ms) => (ms > 10_000 && ms < 25_000 ? 200 : 20) },
		{ ...fixed, least: 0.92 },
	),
	"1 KiB to 10 MiB": one(3000, { rttMs: 20, bandwidth: 200 * mbit }, fixed, (random) => 1024 * 10_240 ** random.next()),
	"1,000 hosts of 20 files": { files: 20_000, origins: alike(1000, { rttMs: 50, serviceMs: 5 }), bound: fixed },
	"one slow host of ten": {
		files: 20_000,
		origins: [{ rttMs: 50, serviceMs: 400 }, ...alike(9, { rttMs: 50, serviceMs: 5 })],
		bound: { ...fixed, least: 1 },
	},
	"3.5 % answer 503, at any level": one(20_000, { rttMs: 50, errorRate: 0.035 }, { ...fixed, least: 0.91, failed: 2 }),
	"5 % answer 503, at any level": one(
		10_000,
		{ ...slow, errorRate: 0.05 },
		{ least: 0.5, of: { level: 64 }, failed: 3 },
	),
	"20 % answer 503, at any level": one(
		10_000,
		{ ...slow, errorRate: 0.2 },
		{ least: 0.4, of: { level: 64 }, failed: 40 },
	),
	"40 % answer 503, at any level": one(
		10_000,
		{ ...slow, errorRate: 0.4 },
		{ least: 0.15, of: { level: 64 }, failed: 350 },
	),
	"half answer 503, at any level": one(2000, { rttMs: 50, errorRate: 0.5 }, { ...failing, failed: 180 }),
	"half are reset, at any level": one(2000, { rttMs: 5, resetRate: 0.5 }, { ...failing, failed: 180 }),
	"70 % answer 503, at any level": one(2000, { rttMs: 5, errorRate: 0.7 }, { ...failing, failed: 580 }),
	"70 % are reset, at any level": one(200, { rttMs: 50, resetRate: 0.7 }, { ...failing, least: 0.1, failed: 80 }),
	"beyond 20 is refused with 503, and a tenth of the rest": one(
		2000,
		{ ...slow, refusesBeyond: 20, refusal: 503, errorRate: 0.1 },
		{ least: 0.04, of: { level: 20 }, refusals: 900, failed: 5 },
	),
	"half break off, at any level": one(2000, { rttMs: 50, cutRate: 0.5 }, { ...failing, least: 2, failed: 180 }),
	"all break off beyond 20": one(2000, { ...slow, cutsBeyond: 20 }, { least: 0.65, of: { level: 20 }, failed: 5 }),
	"2 % are never answered": one(5000, { rttMs: 50, hangRate: 0.02, hangMs: 5000 }, fixed),
	"refuses beyond 20": one(5000, { ...slow, refusesBeyond: 20 }, { least: 0.95, of: { level: 20 }, refusals: 60 }),
	"refuses beyond 20, with Retry-After": one(
		8000,
		{ ...slow, refusesBeyond: 20, retryAfterMs: 1000 },
		{ least: 0.94, of: { level: 20 }, refusals: 60 },
	),
	"refuses beyond 6": one(2000, { ...slow, refusesBeyond: 6 }, { least: 0.95, of: { level: 6 }, refusals: 100 }),
	"refuses beyond 6 with 503": one(
		2000,
		{ ...slow, refusesBeyond: 6, refusal: 503 },
		{ least: 0.95, of: { level: 6 }, refusals: 100 },
	),
	"refuses beyond 6, with Retry-After": one(
		2000,
		{ ...slow, refusesBeyond: 6, retryAfterMs: 1000 },
		{ least: 0.94, of: { level: 6 }, refusals: 60 },
	),
	"refuses beyond 10, which take 50 to 200 ms, with Retry-After": one(
		3000,
		{ rttMs: 50, serviceMs: 50, jitter: 0.3, refusesBeyond: 10, retryAfterMs: 1000 },
		{ least: 0.7, of: { level: 10 }, refusals: 150 },
	),
	"refuses beyond 50, which take 50 to 200 ms, with Retry-After, in turns of 10 ms": {
		...one(
			15_000,
			{ rttMs: 50, serviceMs: 50, jitter: 0.3, refusesBeyond: 50, retryAfterMs: 1000 },
			{ least: 0.85, of: { level: 50 }, refusals: 150 },
		),
		turnMs: 10,
	},
	"refuses beyond 50, 1 ms away, with Retry-After": one(
		15_000,
		{ rttMs: 1, serviceMs: 50, jitter: 0.02, refusesBeyond: 50, retryAfterMs: 1000 },
		{ least: 0.75, of: { level: 50 }, refusals: 60 },
	),
	"refuses beyond 20 no sooner than it serves, with Retry-After": one(
		8000,
		{ ...late, refusesBeyond: 20 },
		{ least: 0.88, of: { level: 20 }, refusals: 60 },
	),
	"refuses beyond 50 no sooner than it serves, with Retry-After": one(
		15_000,
		{ ...late, refusesBeyond: 50 },
		{ least: 0.85, of: { level: 50 }, refusals: 100 },
	),
	"refuses beyond 20 with 403": one(
		5000,
		{ ...slow, refusesBeyond: 20, refusal: 403 },
		{ least: 0.95, of: { level: 20 }, refusals: 200, failed: 5 },
	),
	"refuses beyond 6 with 403, much sooner than it serves": one(
		400,
		{ rttMs: 1, serviceMs: 20, jitter: 1.2, refusesBeyond: 6, refusal: 403 },
		{ least: 0.5, of: { level: 6 }, refusals: 450 },
	),
	"a tenth is forbidden": one(10_000, { ...slow, forbiddenRate: 0.1 }, { ...fixed, failed: 1200, askedAgain: 20 }),
	"half is forbidden": one(
		10_000,
		{ ...slow, forbiddenRate: 0.5 },
		{ ...fixed, least: 0.3, failed: 5300, askedAgain: 20 },
	),
	"refuses all but 1 for a while": one(
		20_000,
		{ ...slow, refusesBeyond: (ms) => (ms < 2000 ? 1 : 1000) },
		{ least: 1.5, of: { level: 64 }, refusals: 100 },
	),
	"400 a second, few at once": one(6000, { rttMs: 20, requestsPerSecond: 400, burst: 40 }, rate),
	"400 a second, with 503": one(6000, { rttMs: 20, requestsPerSecond: 400, burst: 40, refusal: 503 }, rate),
	"400 a second, 1 ms away, with 503": one(
		6000,
		{ rttMs: 1, requestsPerSecond: 400, burst: 20, refusal: 503 },
		{ ...rate, refusals: 600 },
	),
	"20 a second, 1 ms away, with 503": one(
		400,
		{ rttMs: 1, requestsPerSecond: 20, burst: 20, refusal: 503 },
		{ least: 0.85, of: { perSecond: 20 }, refusals: 250 },
	),
	"50 a second, counted by the second, with 503": one(
		850,
		{ rttMs: 20, requestsPerSecond: 50, windowMs: 1000, refusal: 503 },
		{ least: 0.35, of: { perSecond: 50 }, refusals: 250, failed: 5 },
	),
	"10 a second, counted by ten seconds, with Retry-After to their end": one(
		600,
		{ rttMs: 20, requestsPerSecond: 10, windowMs: 10_000, retryAfterMs: "window" },
		{ least: 1, of: { perSecond: 10 }, refusals: 400 },
	),
	"50 a second, none in reserve, with Retry-After": one(
		1500,
		{ rttMs: 2, requestsPerSecond: 50, burst: 1, retryAfterMs: 1000 },
		{ least: 0.35, of: { perSecond: 50 }, refusals: 100 },
	),
	"400 a second, 400 at once": one(6000, { rttMs: 20, requestsPerSecond: 400, burst: 400 }, rate),
	"400 a second, 400 at once, with Retry-After": one(
		6000,
		{ rttMs: 20, requestsPerSecond: 400, burst: 400, retryAfterMs: 1000 },
		rate,
	),
	"400 a second, 1 ms away": one(6000, { rttMs: 1, requestsPerSecond: 400, burst: 20 }, rate),
	"400 a second, 1 ms away, with Retry-After": one(
		6000,
		{ rttMs: 1, requestsPerSecond: 400, burst: 400, retryAfterMs: 1000 },
		rate,
	),
	"400 a second, 400 at once, with Retry-After and RateLimit-Policy": one(
		6000,
		{ rttMs: 20, requestsPerSecond: 400, burst: 400, retryAfterMs: 1000, tellsPolicy: true },
		rate,
	),
	"4 a second, with Retry-After and RateLimit-Policy": one(
		60,
		{ rttMs: 20, requestsPerSecond: 4, burst: 4, retryAfterMs: 1000, tellsPolicy: true },
		rate4,
	),
	"4 a second, with Retry-After": one(
		60,
		{ rttMs: 20, requestsPerSecond: 4, burst: 4, retryAfterMs: 1000 },
		{ least: 0.82, of: { perSecond: 4 } },
	),
};
