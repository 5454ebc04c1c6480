/** What a download in segments may do within the attempt that it belongs to, and what that asks of it. */
import type { Checksum } from "../core/checksum.ts";
import type { Failure } from "../core/failure.ts";
import type { Span } from "../core/spans.ts";
import type { Asked, Slots } from "../core/task.ts";
import type { Exchange, ExchangeListener } from "../http/exchange.ts";
import type { ResponseHead } from "../http/response-head.ts";
import type { Part, PartStore } from "../store/part.ts";
import type { Carrier } from "./carrier.ts";

export type SegmentsHost = {
	readonly part: Part;
	readonly store: PartStore;
	readonly totalBytes: number;
	/** The exchange that the attempt began with: its answer brings the first bytes that are missing. */
	readonly main: Exchange;
	/** The first byte and the last one that its answer brings. */
	readonly firstStart: number;
	readonly firstEnd: number;
	/** Bytes behind a piece that are asked for with it, and compared with what is there from another answer. */
	readonly overlapBytes: number;
	/** Connections for one file. */
	readonly limit: number | "auto";
	/** Servers that may bring pieces: the first is the one that the attempt asks. */
	readonly places: number;
	/** Whether only digests will tell that the bytes belong together. */
	readonly needsProof: boolean;
	/** Asks one of them for some of the file's bytes. */
	ask(span: Span, place: number, answer: PieceAnswer): Exchange;
	judge(span: Span, place: number, head: ResponseHead): PieceVerdict;
	/** More of the file is here from its start on; what follows comes in no order. */
	onGrown(prefixBytes: number): void;
	/** Bytes that were here are missing again, also of those that `onGrown` told of. */
	onLost(): void;
	/** All bytes are here. */
	onComplete(): void;
	/** Nobody is left who brings bytes. */
	onFailure(failure: Failure, asked?: Asked): void;
	/**
	 * What was answered for pieces does not fit together.
	 * @param goesOn - Whether the first answer goes on alone; else all is void, and the whole must be asked for, once.
	 */
	onLie(why: string, goesOn: boolean): void;
	/** What went wrong in keeping bytes. */
	onError(error: unknown): void;
	/** So many slots beyond the attempt's own are wanted, and used. */
	onSlots(slots: Slots): void;
};

export type Segments = {
	/** Whether bytes come in several places: what the first answer brings is then told by the calls below. */
	readonly isScattered: boolean;
	/** Whether other answers than the attempt's own were asked for. */
	readonly hasPieces: boolean;
	bringFirst(chunk: Buffer): void;
	endFirst(): void;
	failFirst(failure: Failure): void;
	/** Most slots beyond the attempt's own at each of the servers, from now on. */
	grant(extra: readonly number[]): void;
	/** Ends those that are silent. @param silence - Why one is given up, if it is to be. */
	endSilent(silence: (exchange: Exchange) => Failure | undefined): void;
	/** Ends all requests but the attempt's own; what came is kept. */
	stop(): void;
};

export type PieceAnswer = { readonly subject: Carrier; readonly listener: ExchangeListener<Carrier> };

/** What the head of an answer to a piece means. */
export type PieceVerdict =
	/** It brings the bytes up to `end`, of which it may have told the digest. */
	| { readonly kind: "fits"; readonly end: number; readonly digests: readonly Checksum[] }
	/** The same question once more, with a log-in. */
	| { readonly kind: "again" }
	/** It failed, for once; a refusal was one connection too many. */
	| {
			readonly kind: "failed";
			readonly failure: Failure;
			readonly isRefusal: boolean;
			readonly asked?: Asked;
	  }
	/** Nothing is to be had from that mirror. */
	| { readonly kind: "out"; readonly failure: Failure }
	/** No more pieces are to be had. */
	| { readonly kind: "denied"; readonly failure: Failure }
	/** Something else than was asked for. */
	| { readonly kind: "lie"; readonly why: string };
