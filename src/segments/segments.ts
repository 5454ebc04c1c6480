/** One large file from several connections: who brings which bytes, how many there are, and what becomes of those that fail. */
import { type Failure, permanent, transient } from "../core/failure.ts";
import { covers, gapsOf, type Span } from "../core/spans.ts";
import type { Asked } from "../core/task.ts";
import type { ExchangeListener } from "../http/exchange.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { loseSpan, scatter } from "../store/scatter.ts";
import { bring, type Carrier, createCarrier, findLame, isReadOut, isSpoilt, measureSpeed } from "./carrier.ts";
import { createGrowth, look, pauseMs, refused } from "./growth.ts";
import { heed } from "./heed.ts";
import { freeSpans, nextWork, type Work } from "./next-work.ts";
import { createPlaces, createSlotReport, freePlace, leaveOut, tooMany, usesOf } from "./places.ts";
import { usualGap } from "./pulse.ts";
import { createRecordKeeper } from "./record-keeper.ts";
import type { Segments, SegmentsHost } from "./segments-host.ts";

const tickMs = 25;
/** Of the file: so much may be asked for twice. */
const doubleShare = 0.05;
/** Fewer bytes are in memory, and not in a file yet. */
const leastBytes = 256 * 1024;
const tooMuch = "more bytes came than the server announced";

export function createSegments(host: SegmentsHost): Segments {
	const { part, totalBytes, overlapBytes } = host;
	const growth = createGrowth(host.limit);
	const carriers = new Set<Carrier>();
	const isResumed = part.scattered !== undefined;
	let first: Carrier | undefined;
	let state: "single" | "scattering" | "scattered" | "over" = "single";
	/** Whether no other connection is tried any more. */
	let isAlone = host.limit === 1;
	const places = createPlaces(host.places);
	const report = createSlotReport(host.onSlots);
	let doubledBytes = 0;
	let failuresInARow = 0;
	let pausedUntilMs = 0;
	let replacedMs = performance.now();
	/** Whether its owner knows of it: nothing is asked of that before. */
	let isKnown = false;
	let beginMs = host.main.firstByteMs ?? 0;
	const keeper = createRecordKeeper(part, host.onGrown);

	const gapNow = (): number => (carriers.size > 0 ? usualGap([...carriers].map(({ pulse }) => pulse)) : growth.pulse.gapMs);
	const allowed = (): number => (isAlone ? 1 : places.reduce((sum, one) => sum + (one.isOut ? 0 : one.allowed), 0));
	const most = (): number => Math.min(isAlone ? 1 : growth.target, allowed());
	const free = (): Span[] => freeSpans(part.scattered?.here ?? [], [...carriers], totalBytes);
	const workFor = (): Work<Carrier> | undefined => {
		const spareBytes = totalBytes * doubleShare - doubledBytes;
		return nextWork({ free: free(), stretches: [...carriers], spareBytes, beginMs });
	};

	const tellSlots = (): void => {
		const uses = usesOf(places, carriers);
		const has = Math.max(0, carriers.size - 1);
		const isWanted = !isAlone && state !== "over";
		const wants = isWanted ? (state !== "scattered" || workFor() ? growth.target - 1 : has) : 0;
		if (isKnown) report({ uses, wants });
	};

	/** Gives every free connection something to do. */
	const fill = (): void => {
		if (state !== "scattered") return;
		if (carriers.size === 0 && part.bytes === totalBytes) {
			end();
			return host.onComplete();
		}
		while (carriers.size < most()) {
			// The attempt's own connection needs no leave.
			if (carriers.size > 0 && performance.now() < pausedUntilMs) break;
			const place = carriers.size === 0 ? 0 : freePlace(places, carriers);
			const work = place === undefined ? undefined : workFor();
			if (!work || place === undefined) break;
			if (work.kind === "share") work.of.end = work.start;
			if (work.kind === "double") {
				work.of.isDouble = true;
				doubledBytes += work.end - work.start;
			}
			begin(work, { place, isDouble: work.kind === "double" });
		}
		tellSlots();
	};

	const begin = ({ start, end }: Span, { place, isDouble }: Pick<Carrier, "place" | "isDouble">): void => {
		const one = places[place];
		if (one) one.requests++;
		const askedTo = Math.min(totalBytes, end + overlapBytes);
		const carrier = createCarrier(
			{ start, end },
			{ place, askedTo, overlapBytes, isDouble, nowMs: performance.now(), gapMs: gapNow() },
		);
		carriers.add(carrier);
		carrier.exchange = host.ask({ start, end: askedTo }, place, { subject: carrier, listener });
	};

	const remove = (carrier: Carrier, isWanted = false): void => {
		carrier.isOver = true;
		carriers.delete(carrier);
		// Whoever hears the first answer must not take its rest for that of a later one.
		if (!isWanted || carrier.isFirst) carrier.exchange?.abort();
	};

	const finish = (carrier: Carrier): void => {
		if (carrier.digest && isSpoilt(carrier)) return spoil(carrier, carrier.digest.span);
		remove(carrier, isReadOut(carrier));
		const here = part.scattered?.here ?? [];
		for (const other of carriers) {
			if (other.isDouble && covers(here, { start: other.at, end: other.end })) remove(other);
		}
		fill();
	};

	/** Its bytes are missing again; it is over. */
	const spoil = (carrier: Carrier, span: Span): void => {
		loseSpan(part, span);
		carrier.at = span.start;
		fail(carrier, transient("checksum", "a piece is not what the server says (Content-Digest)"));
	};

	const fail = (carrier: Carrier, failure: Failure, asked?: Asked): void => {
		if (carrier.isOver) return;
		if (carrier.at >= carrier.end) return finish(carrier);
		remove(carrier);
		failuresInARow++;
		pausedUntilMs = performance.now() + pauseMs(failuresInARow);
		// What a mirror lacks, the attempt's own server may have.
		if (carriers.size > 0 || carrier.place > 0) return fill();
		giveUp(failure, asked);
	};
	const giveUp = (failure: Failure, asked?: Asked): void => {
		end();
		host.onFailure(failure, asked);
	};

	/** Its answer goes on into what nobody brings: so does the carrier. */
	const extend = (carrier: Carrier): void => {
		if (carrier.compared > 0 || carrier.askedTo <= carrier.end) return;
		const next = free().find(({ start }) => start === carrier.end);
		if (next) carrier.end = Math.min(next.end, carrier.askedTo);
	};

	const onBytes = (carrier: Carrier, chunk: Buffer): void => {
		if (carrier.isOver) return;
		failuresInARow = 0;
		if (carrier.at + chunk.length >= carrier.end) extend(carrier);
		const place = carrier.at + carrier.compared;
		const brought = bring(carrier, part, chunk);
		if (brought === "done") return finish(carrier);
		if (brought === "more") return;
		if (brought === "too-much" && carrier === first) return giveUp(permanent("protocol", tooMuch));
		lie(brought === "too-much" ? tooMuch : "two answers have other bytes for one place");
		// It goes on alone, with what has not been kept yet.
		if (!carrier.isOver) onBytes(carrier, chunk.subarray(carrier.at - place));
	};

	/** The first answer is one version from its start to its end, whatever the others say. */
	const lie = (why: string): void => {
		if (!first || first.isOver || isResumed) {
			end();
			return host.onLie(why, false);
		}
		for (const other of carriers) if (other !== first) remove(other);
		isAlone = true;
		first.at += first.compared;
		first.compared = 0;
		first.end = totalBytes;
		loseSpan(part, { start: first.at, end: totalBytes });
		host.onLie(why, true);
		tellSlots();
	};

	const refuse = (): void => refused(growth, carriers.size - 1, performance.now());
	const onHead = (carrier: Carrier, head: ResponseHead): void => {
		const { at: start, askedTo, exchange } = carrier;
		if (carrier.isOver) return;
		beginMs = (beginMs + (exchange?.firstByteMs ?? beginMs)) / 2;
		heed(carrier, host.judge({ start, end: askedTo }, carrier.place, head), {
			isLast: carriers.size === 1,
			again: () => {
				remove(carrier);
				begin({ start, end: carrier.end }, carrier);
			},
			leaveOut: () => {
				leaveOut(places, carrier.place);
				remove(carrier);
				fill();
			},
			refuse,
			fail: (failure, asked) => fail(carrier, failure, asked),
			lie,
		});
	};

	const listener: ExchangeListener<Carrier> = {
		onHead: (carrier, head) => guard(() => onHead(carrier, head)),
		onData: (carrier, bytes, from, to) => guard(() => onBytes(carrier, bytes.subarray(from, to))),
		onEnd: (carrier) => guard(() => onEnd(carrier)),
		onFailure: (carrier, failure) =>
			guard(() => {
				if (failure.code === "connect") refuse();
				fail(carrier, failure);
			}),
	};

	const onEnd = (carrier: Carrier): void => fail(carrier, transient("truncated", "an answer ended too early"));
	const guard = (act: () => void): void => {
		if (state === "over") return;
		try {
			act();
		} catch (error) {
			end();
			host.onError(error);
		}
	};

	const onScattered = (firstSpan: Span): void => {
		state = "scattered";
		const nowMs = performance.now();
		first = createCarrier(firstSpan, { place: 0, askedTo: host.firstEnd + 1, overlapBytes, isFirst: true, nowMs, gapMs: gapNow() });
		first.exchange = host.main;
		carriers.add(first);
		keeper.begin();
		fill();
	};

	/** A second connection is to begin: that the bytes will lie in several places is made known first. */
	const wake = (): void => {
		if (state !== "single" || allowed() === 1 || part.bytes < leastBytes) return;
		state = "scattering";
		const known = scatter(host.store, part, { needsProof: host.needsProof }).then(() => part.scattered !== undefined);
		void known
			.catch(() => false)
			.then((isKnownOnDisk) => {
				if (state !== "scattering") return;
				if (isKnownOnDisk) return guard(() => onScattered({ start: part.bytes, end: totalBytes }));
				state = "single";
				isAlone = true;
				tellSlots();
			});
	};

	const tick = (): void => {
		const nowMs = performance.now();
		for (const carrier of carriers) measureSpeed(carrier, nowMs);
		const all = Math.max(1, carriers.size);
		const active = state === "scattered" ? [...carriers].filter(({ firstMs }) => firstMs !== undefined).length : 1;
		const leftBytes = totalBytes - part.bytes;
		look(growth, { nowMs, bytes: part.bytes, active, all, allowed: allowed(), leftBytes, firstByteMs: beginMs, gapMs: gapNow() });
		if (state === "single") wake();
		if (state !== "scattered") return tellSlots();
		keeper.keep(nowMs);
		replaceLame(nowMs);
		for (const one of tooMany(places, [...carriers], most())) remove(one);
		fill();
	};

	const replaceLame = (nowMs: number): void => {
		const lame = findLame([...carriers], nowMs, replacedMs);
		if (!lame) return;
		replacedMs = nowMs;
		remove(lame);
		begin({ start: lame.at, end: lame.end }, lame);
	};

	const end = (): void => {
		if (state === "over") return;
		state = "over";
		clearInterval(timer);
		for (const carrier of carriers) {
			carrier.isOver = true;
			if (!carrier.isFirst) carrier.exchange?.abort();
		}
		carriers.clear();
		tellSlots();
	};

	const timer = setInterval(() => guard(tick), tickMs).unref();
	if (isResumed) {
		const [gap] = gapsOf(part.scattered?.here ?? [], totalBytes);
		if (gap) onScattered(gap);
	}
	isKnown = true;
	return {
		get isScattered() {
			return state === "scattered";
		},
		get hasPieces() {
			return places.some(({ requests }) => requests > 0);
		},
		bringFirst: (chunk) => guard(() => first && onBytes(first, chunk)),
		endFirst: () => guard(() => first && onEnd(first)),
		failFirst: (failure) => guard(() => first && fail(first, failure)),
		grant(granted) {
			for (const [n, place] of places.entries()) place.allowed = (granted[n] ?? 0) + (n === 0 ? 1 : 0);
			guard(tick);
		},
		endSilent(silence) {
			for (const carrier of [...carriers]) {
				const why = carrier.exchange && silence(carrier.exchange);
				if (why) guard(() => fail(carrier, why));
			}
		},
		stop: end,
	};
}
