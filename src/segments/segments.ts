/** One large file from several connections: who brings which bytes, how many there are, and what becomes of those that fail. */
import { type Failure, permanent, transient } from "../core/failure.ts";
import { covers, gapsOf, type Span } from "../core/spans.ts";
import type { Asked } from "../core/task.ts";
import type { ExchangeListener } from "../http/exchange.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { loseSpan } from "../store/scatter.ts";
import { bring, type Carrier, createCarrier, isReadOut, isSpoilt, nextByte } from "./carrier.ts";
import { createHeed } from "./heed.ts";
import { freeSpans, nextWork, type Work } from "./next-work.ts";
import { otherBytes, overlapsOf, type Tail, tailsHold } from "./overlaps.ts";
import { createPace } from "./pace.ts";
import { createPlaces, createSlotReport, freePlace, leaveOut, tooMany, usesOf } from "./places.ts";
import { createRecordKeeper, makeKnown } from "./record-keeper.ts";
import type { Segments, SegmentsHost } from "./segments-host.ts";

const tickMs = 25;
/** Of the file: so much may be asked for twice. */
const doubleShare = 0.05;
/** Fewer bytes are in memory, and not in a file yet. */
const leastBytes = 256 * 1024;
const tooMuch = "more bytes came than the server announced";
/** Pieces with another digest than the server says that are asked for again. */
const mostSpoilt = 3;

export function createSegments(host: SegmentsHost): Segments {
	const { part, totalBytes, overlapBytes } = host;
	const pace = createPace(host.limit, host.main.firstByteMs ?? 0);
	const carriers = new Set<Carrier>();
	const isResumed = part.scattered !== undefined;
	let first: Carrier | undefined;
	let state: "single" | "scattering" | "scattered" | "over" = "single";
	/** Whether no other connection is tried any more. */
	let isAlone = host.limit === 1;
	const heed = createHeed();
	const places = createPlaces(host.places);
	const report = createSlotReport(host.onSlots);
	let doubledBytes = 0;
	let spoilt = 0;
	const tails: Tail[] = [];
	/** Whether its owner knows of it: nothing is asked of that before. */
	let isKnown = false;
	const keeper = createRecordKeeper(part, host.onGrown);

	const allowed = (): number => (isAlone ? 1 : places.reduce((sum, one) => sum + (one.isOut ? 0 : one.allowed), 0));
	const most = (): number => Math.min(isAlone ? 1 : pace.target, allowed());
	const free = (): Span[] => freeSpans(part.scattered?.here ?? [], [...carriers], totalBytes);
	const workFor = (): Work<Carrier> | undefined => {
		const spareBytes = totalBytes * doubleShare - doubledBytes;
		return nextWork({ free: free(), stretches: [...carriers], spareBytes, beginMs: pace.beginMs });
	};

	const tellSlots = (): void => {
		const uses = usesOf(places, carriers);
		const has = Math.max(0, carriers.size - 1);
		const isWanted = !isAlone && state !== "over";
		const wants = isWanted ? (state !== "scattered" || workFor() ? pace.target - 1 : has) : 0;
		if (isKnown) report({ uses, wants });
	};

	/** Gives every free connection something to do. */
	const fill = (): void => {
		if (state !== "scattered") return;
		if (carriers.size === 0 && part.bytes === totalBytes) {
			if (!tailsHold(part, tails)) return lie(otherBytes);
			end();
			return host.onComplete();
		}
		while (carriers.size < most()) {
			// The attempt's own connection needs no leave.
			if (carriers.size > 0 && pace.isPause) break;
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
		const overlaps = overlapsOf(host, { start, end });
		const carrier = createCarrier({ start, end }, { ...overlaps, ...startNow(), place, isDouble });
		carriers.add(carrier);
		const asked = { start: nextByte(carrier), end: carrier.askedTo };
		carrier.exchange = host.ask(asked, place, { subject: carrier, listener });
	};
	const startNow = () => ({ nowMs: performance.now(), gapMs: pace.gapMs(carriers) });

	const remove = (carrier: Carrier, isWanted = false): void => {
		carrier.isOver = true;
		carriers.delete(carrier);
		// Whoever hears the first answer must not take its rest for that of a later one.
		if (!isWanted || carrier.isFirst) carrier.exchange?.abort();
	};

	const finish = (carrier: Carrier): void => {
		if (carrier.digest && isSpoilt(carrier)) return spoil(carrier, carrier.digest.span);
		remove(carrier, isReadOut(carrier));
		if (carrier.tail) tails.push(carrier.tail);
		const here = part.scattered?.here ?? [];
		for (const other of carriers) {
			if (other.isDouble && covers(here, { start: other.at, end: other.end })) remove(other);
		}
		fill();
	};

	/** It is over, and asked for again; a server may also tell other digests than those of its pieces. */
	const spoil = (carrier: Carrier, span: Span): void => {
		lose(span);
		remove(carrier);
		if (++spoilt > mostSpoilt) return lie("pieces are not what their digests say (Content-Digest)");
		fill();
	};

	const fail = (carrier: Carrier, failure: Failure, asked?: Asked): void => {
		if (carrier.isOver) return;
		if (carrier.at >= carrier.end) return finish(carrier);
		remove(carrier);
		pace.onFailure(carrier, failure, carriers.size);
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
		pace.onBytes();
		if (carrier.at + chunk.length >= carrier.end) extend(carrier);
		const place = nextByte(carrier);
		const brought = bring(carrier, part, chunk);
		if (brought === "done") return finish(carrier);
		if (brought === "more") return;
		if (brought === "too-much" && carrier === first && !isResumed) return giveUp(permanent("protocol", tooMuch));
		lie(brought === "too-much" ? tooMuch : otherBytes);
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
		tails.length = 0;
		first.at += first.compared;
		first.compared = 0;
		first.end = totalBytes;
		lose({ start: first.at, end: totalBytes });
		host.onLie(why, true);
		tellSlots();
	};

	/** Its bytes are missing again, and must not be in a digest. */
	const lose = (span: Span): void => {
		loseSpan(part, span);
		host.onLost();
	};

	const onHead = (carrier: Carrier, head: ResponseHead): void => {
		if (carrier.isOver) return;
		pace.onHead(carrier);
		heed(carrier, host.judge({ start: nextByte(carrier), end: carrier.askedTo }, carrier.place, head), {
			isLast: carriers.size === 1,
			again: () => {
				remove(carrier);
				begin({ start: carrier.at, end: carrier.end }, carrier);
			},
			leaveOut: () => {
				leaveOut(places, carrier.place);
				remove(carrier);
				fill();
			},
			refuse: () => pace.onRefusal(carriers.size - 1),
			fail: (failure, asked) => fail(carrier, failure, asked),
			lie,
		});
	};

	const listener: ExchangeListener<Carrier> = {
		onHead: (carrier, head) => guard(() => onHead(carrier, head)),
		onData: (carrier, bytes, from, to) => guard(() => onBytes(carrier, bytes.subarray(from, to))),
		onEnd: (carrier) => guard(() => onEnd(carrier)),
		onFailure: (carrier, failure) => guard(() => fail(carrier, failure)),
	};

	const onEnd = (one: Carrier): void => fail(one, transient("truncated", "an answer ended too early"));
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
		const leadBytes = isResumed ? firstSpan.start - host.firstStart : 0;
		const asked = { place: 0, askedTo: host.firstEnd + 1, leadBytes, overlapBytes, isFirst: true };
		first = createCarrier(firstSpan, { ...asked, ...startNow() });
		first.exchange = host.main;
		carriers.add(first);
		keeper.begin();
		fill();
	};

	/** A second connection is to begin: that the bytes will lie in several places is made known first. */
	const wake = (): void => {
		if (state !== "single" || allowed() === 1 || part.bytes < leastBytes) return;
		state = "scattering";
		void makeKnown(host).then((isKnownOnDisk) => {
			if (state !== "scattering") return;
			if (isKnownOnDisk) return guard(() => onScattered({ start: part.bytes, end: totalBytes }));
			state = "single";
			isAlone = true;
			tellSlots();
		});
	};

	const tick = (): void => {
		const { bytes } = part;
		const isSingle = state !== "scattered";
		pace.look(carriers, { isSingle, bytes, leftBytes: totalBytes - bytes, allowed: allowed() });
		if (state === "single") wake();
		if (state !== "scattered") return tellSlots();
		keeper.keep(performance.now());
		replaceLame();
		for (const one of tooMany(places, [...carriers], most())) remove(one);
		fill();
	};

	const replaceLame = (): void => {
		const lame = pace.findLame(carriers);
		if (!lame) return;
		if (!lame.isFirst && !lame.exchange?.answered) return fail(lame, transient("timeout", "a piece got no answer"));
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
	const [gap] = part.scattered ? gapsOf(part.scattered.here, totalBytes) : [];
	if (gap) onScattered(gap);
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
