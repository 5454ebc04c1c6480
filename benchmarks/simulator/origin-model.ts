/** A model of an origin and the way to it: how long a request takes there, and when it is refused. */
import type { Simulation } from "./events.ts";
import type { Random } from "./random.ts";

export type OriginModel = {
	/** Time to the origin and back. */
	readonly rttMs: number;
	/** How much the time of a request varies: standard deviation of its logarithm. */
	readonly jitter?: number;
	/** Work of one request at the origin. */
	readonly serviceMs?: number;
	/** Requests that it works on at once, by the time; others wait. */
	readonly servers?: number | ((nowMs: number) => number);
	/** More than so many at once slow all of them down. */
	readonly slowsBeyond?: number;
	/** Bytes a second of the line. */
	readonly bandwidth?: number;
	/** More than so many in flight are refused, by the time. */
	readonly refusesBeyond?: number | ((nowMs: number) => number);
	/** Requests a second, and how many may be saved up. */
	readonly requestsPerSecond?: number;
	readonly burst?: number;
	/** They are counted anew after each so long, and nothing is saved up. */
	readonly windowMs?: number;
	/** `window`: to the end of that time, in whole seconds. */
	readonly retryAfterMs?: number | "window";
	/** Whether refusals tell the requests a second. */
	readonly tellsPolicy?: boolean;
	/** How long a refusal takes there. */
	readonly refusalMs?: number;
	/** Status of refusals. */
	readonly refusal?: 403 | 429 | 503;
	/** Share of entries that are forbidden, whatever the load. */
	readonly forbiddenRate?: number;
	/** Share of requests that are answered with 503, whatever the load. */
	readonly errorRate?: number;
	/** Of those, what says 429 instead. */
	readonly errors429?: number;
	/** Share of requests at which the connection is closed without an answer, whatever the load. */
	readonly resetRate?: number;
	/** Share of bodies that break off, whatever the load; and more than so many in flight all do. */
	readonly cutRate?: number;
	readonly cutsBeyond?: number;
	/** Share of requests that are never answered, and how long it takes to see that. */
	readonly hangRate?: number;
	readonly hangMs?: number;
	/** Nobody is there. */
	readonly isDead?: boolean;
};

export type Reply =
	| { readonly kind: "ok"; readonly bytes: number; readonly firstByteMs: number }
	| {
			readonly kind: "refused";
			readonly status: 403 | 429 | 503;
			readonly retryAfterMs?: number | undefined;
			readonly allowedPerSecond?: number | undefined;
	  }
	| { readonly kind: "reset" }
	| { readonly kind: "cut" }
	| { readonly kind: "hung" };

export type Origin = {
	/** Sends a request; the reply comes in its time. */
	request(bytes: number, onReply: (reply: Reply) => void, isForbidden?: boolean): void;
	refusals(): number;
	requests(): number;
};

export function createOrigin(model: OriginModel, simulation: Simulation, random: Random): Origin {
	const { rttMs, jitter = 0.1, serviceMs = 0, bandwidth, requestsPerSecond } = model;
	let idleConnections = 0;
	let inFlight = 0;
	let busy = 0;
	const waiting: (() => void)[] = [];
	let lineFreeMs = 0;
	let tokens = model.windowMs === undefined ? (model.burst ?? 1) : ((requestsPerSecond ?? 0) * model.windowMs) / 1000;
	let tokensAtMs = 0;
	let refusals = 0;
	let requests = 0;
	const { clock, after } = simulation;

	const servers = (): number =>
		typeof model.servers === "function" ? model.servers(clock()) : (model.servers ?? Number.POSITIVE_INFINITY);

	const mostInFlight = (): number =>
		typeof model.refusesBeyond === "function"
			? model.refusesBeyond(clock())
			: (model.refusesBeyond ?? Number.POSITIVE_INFINITY);

	const takesToken = (): boolean => {
		if (requestsPerSecond === undefined) return true;
		const { burst = 1, windowMs } = model;
		if (windowMs === undefined) tokens = Math.min(burst, tokens + ((clock() - tokensAtMs) * requestsPerSecond) / 1000);
		else if (Math.floor(clock() / windowMs) > Math.floor(tokensAtMs / windowMs))
			tokens = (requestsPerSecond * windowMs) / 1000;
		tokensAtMs = clock();
		if (tokens < 1) return false;
		tokens--;
		return true;
	};

	const pauseMs = (): number | undefined => {
		const { retryAfterMs, windowMs = 1000 } = model;
		if (retryAfterMs !== "window") return retryAfterMs;
		return Math.ceil((windowMs - (clock() % windowMs)) / 1000) * 1000;
	};

	/** No number is drawn where none is reset: all else stays as it is. */
	const isReset = (): boolean => model.resetRate !== undefined && random.next() < model.resetRate;

	const errorStatus = (): 429 | 503 => (model.errors429 && random.next() < model.errors429 ? 429 : 503);

	const isCut = (): boolean =>
		inFlight > (model.cutsBeyond ?? Number.POSITIVE_INFINITY) ||
		(model.cutRate !== undefined && random.next() < model.cutRate);

	const serve = (done: () => void): void => {
		if (busy >= servers()) {
			waiting.push(() => serve(done));
			return;
		}
		busy++;
		const crowd = model.slowsBeyond === undefined ? 1 : Math.max(1, inFlight / model.slowsBeyond) ** 1.5;
		after(serviceMs * crowd * Math.exp(jitter * random.normal()), () => {
			busy--;
			done();
			while (busy < servers() && waiting.length > 0) waiting.shift()?.();
		});
	};

	const send = (bytes: number): number => {
		if (bandwidth === undefined) return 0;
		lineFreeMs = Math.max(lineFreeMs, clock()) + (bytes * 1000) / bandwidth;
		return lineFreeMs - clock();
	};

	return {
		refusals: () => refusals,
		requests: () => requests,
		request(bytes, onReply, isForbidden = false) {
			requests++;
			const sentMs = clock();
			const isNew = idleConnections === 0;
			if (!isNew) idleConnections--;
			// A new connection takes its handshake, and its window is small at first.
			const extraMs = isNew ? rttMs * (bytes > 14_000 ? 2 : 1) : 0;
			const wayMs = (rttMs / 2) * Math.exp((jitter / 2) * random.normal());
			const reply = (it: Reply): void => {
				after(rttMs / 2, () => {
					idleConnections++;
					onReply(it);
				});
			};
			if (model.isDead) return void after(model.hangMs ?? 10_000, () => onReply({ kind: "hung" }));
			after(wayMs + extraMs, () => {
				const { refusal = 429, refusalMs = 0 } = model;
				if (inFlight >= mostInFlight() || !takesToken()) {
					refusals++;
					const allowedPerSecond = model.tellsPolicy ? requestsPerSecond : undefined;
					const refused: Reply = { kind: "refused", status: refusal, retryAfterMs: pauseMs(), allowedPerSecond };
					return refusalMs > 0 ? void after(refusalMs, () => reply(refused)) : reply(refused);
				}
				if (isForbidden) return reply({ kind: "refused", status: 403 });
				if (random.next() < (model.errorRate ?? 0)) return reply({ kind: "refused", status: errorStatus() });
				if (isReset()) return void after(rttMs / 2, () => onReply({ kind: "reset" }));
				if (random.next() < (model.hangRate ?? 0)) {
					return void after(model.hangMs ?? 5000, () => onReply({ kind: "hung" }));
				}
				inFlight++;
				serve(() => {
					const firstByteMs = clock() - sentMs + rttMs / 2;
					after(send(bytes), () => {
						const cut = isCut();
						inFlight--;
						if (cut) after(rttMs / 2, () => onReply({ kind: "cut" }));
						else reply({ kind: "ok", bytes, firstByteMs });
					});
				});
			});
		},
	};
}
