/** What is here of a part whose bytes come in several places at once, as it lies beside them: see docs/adr/0007. */
import { constants, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Span } from "../core/spans.ts";
import { closeQuietly, unlinkQuietly } from "../files/quietly.ts";
import { openTrusted, readTrusted } from "../files/trust.ts";
import { parsePlace, processPlace } from "../journal/process-identity.ts";
import { type PartSource, sourceFrom, sourcePath } from "./part-source.ts";

export type Scattered = {
	/** Whether only digests tell that its bytes belong together: not all of them are of one server's version. */
	readonly needsProof: boolean;
	/** What was written. */
	here: Span[];
	/** What was flushed to the disk: it outlasts a loss of power. */
	flushed: readonly Span[];
	/** The open file that tells both; -1 once it is closed. */
	fd: number;
	/** Where its two records lie. */
	readonly recordsAt: number;
	/** Number of the last record. */
	turn: number;
	isFlushing: boolean;
	/** How many times bytes that were here were given up. */
	losses: number;
};

/** Each of the two records has so many bytes: one is written while the other stays whole. */
const recordBytes = 8192;
/** The records begin at a multiple of this, so that a write to them touches nothing else. */
const alignment = 4096;

/**
 * Writes the state of a part anew, over what was told of it before. Never does a file of that name tell less than it did.
 * @throws {NodeJS.ErrnoException} such as ENOSPC.
 */
export function writeState(
	folder: string,
	source: PartSource,
	{ here, flushed, needsProof }: Pick<Scattered, "here" | "flushed" | "needsProof">,
): Scattered {
	// Several lines, the first without a URL of its own: versions that know no such parts take it for none, and begin again.
	const head = JSON.stringify({ scattered: 1, of: source, boot: bootOfThis(), needsProof });
	const recordsAt = Math.ceil((Buffer.byteLength(head) + 1) / alignment) * alignment;
	const padded = head + " ".repeat(recordsAt - 1 - Buffer.byteLength(head));
	const path = newSourcePath(folder);
	unlinkQuietly(path);
	const fd = openTrusted(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
	try {
		const state = { needsProof, here, flushed, fd, recordsAt, turn: 0, isFlushing: false, losses: 0 };
		writeText(fd, `${padded}\n${recordOf(state)}\n${" ".repeat(recordBytes - 1)}\n`, 0);
		renameSync(path, sourcePath(folder));
		return state;
	} catch (error) {
		closeQuietly(fd);
		unlinkQuietly(path);
		throw error;
	}
}

/** Tells what is here now, over the older of the two records. @throws {NodeJS.ErrnoException} such as EIO. */
export function writeRecord(state: Scattered): void {
	if (state.fd < 0) return;
	state.turn++;
	writeText(state.fd, recordOf(state), state.recordsAt + (state.turn % 2) * recordBytes);
}

/**
 * What may be relied on. What was not flushed can be told only while the machine runs that wrote it: after a loss of power there
 * may be other bytes in its place.
 * @returns Undefined where it tells of no such part.
 */
export function readState(
	folder: string,
): (Pick<Scattered, "here" | "flushed" | "needsProof"> & { readonly source: PartSource }) | undefined {
	const [head = "", ...records] = readTrusted(sourcePath(folder)).split("\n");
	const known = parseObject(head);
	const source = sourceFrom(known && Reflect.get(known, "of"));
	if (!known || !source || Reflect.get(known, "scattered") !== 1) return undefined;
	const [last] = records.flatMap((text) => readRecord(text) ?? []).sort((one, other) => other.turn - one.turn);
	if (!last) return undefined;
	const boot: unknown = Reflect.get(known, "boot");
	const isSameBoot = boot !== "" && boot === bootOfThis();
	const needsProof = Reflect.get(known, "needsProof") !== false;
	return { source, needsProof, here: isSameBoot ? last.here : [...last.flushed], flushed: last.flushed };
}

export function closeState(state: Scattered): void {
	const { fd } = state;
	state.fd = -1;
	if (fd >= 0) closeQuietly(fd);
}

/** Whether what the system holds for a file can be told from what a system before it held. */
export function knowsBoot(): boolean {
	return bootOfThis() !== "";
}

function bootOfThis(): string {
	return parsePlace(processPlace()).boot;
}

/** A name of its own until it is complete. */
function newSourcePath(folder: string): string {
	return join(folder, "source.new");
}

/** As long as its place, so that nothing of an older one is left behind it. */
function recordOf({ here, flushed, turn }: Pick<Scattered, "here" | "flushed" | "turn">): string {
	let most = Math.max(here.length, flushed.length);
	for (;;) {
		const json = JSON.stringify({ turn, here: flat(largest(here, most)), flushed: flat(largest(flushed, most)) });
		const text = `${sumOf(json)} ${json}`;
		if (text.length < recordBytes) return text.padEnd(recordBytes - 1);
		// What is not told of is asked for again.
		most = Math.floor(most / 2);
	}
}

function largest(spans: readonly Span[], most: number): readonly Span[] {
	if (spans.length <= most) return spans;
	const bySize = [...spans].sort((one, other) => other.end - other.start - (one.end - one.start));
	return bySize.slice(0, most).sort((one, other) => one.start - other.start);
}

function flat(spans: readonly Span[]): number[] {
	return spans.flatMap(({ start, end }) => [start, end]);
}

type Told = { readonly turn: number; readonly here: Span[]; readonly flushed: Span[] };

/** node:zlib is loaded for files of several pieces alone: it takes 4 ms of a start. */
function sumOf(json: string): number {
	return process.getBuiltinModule("node:zlib").crc32(json);
}

function readRecord(text: string): Told | undefined {
	const [sum = "", json = ""] = text.trimEnd().split(" ");
	if (json === "" || Number(sum) !== sumOf(json)) return undefined;
	const value = parseObject(json);
	const turn: unknown = value && Reflect.get(value, "turn");
	const here = value && readSpans(Reflect.get(value, "here"));
	const flushed = value && readSpans(Reflect.get(value, "flushed"));
	return typeof turn === "number" && here && flushed ? { turn, here, flushed } : undefined;
}

/** Undefined where they are no spans in order. */
function readSpans(value: unknown): Span[] | undefined {
	if (!Array.isArray(value) || value.length % 2 !== 0) return undefined;
	const spans: Span[] = [];
	let last = -1;
	for (let at = 0; at < value.length; at += 2) {
		const start: unknown = value[at];
		const end: unknown = value[at + 1];
		if (!isPlace(start) || !isPlace(end) || start <= last || end <= start) return undefined;
		spans.push({ start, end });
		last = end;
	}
	return spans;
}

function isPlace(value: unknown): value is number {
	return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function parseObject(text: string): object | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null ? value : undefined;
	} catch {
		return undefined;
	}
}

function writeText(fd: number, text: string, at: number): void {
	const bytes = Buffer.from(text);
	for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
}
