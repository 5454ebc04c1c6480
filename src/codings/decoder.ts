/** Undoes content codings (RFC 9110, 8.4.1) of bytes as they come: in memory that does not grow, and apart from the event loop. */
import { Duplex } from "node:stream";
import * as zlib from "node:zlib";

export const codings = ["gzip", "deflate", "br", "zstd"] as const;
export type Coding = (typeof codings)[number];

/** What is asked for, the usual first. */
export const acceptedCodings: string = codings.join(", ");

/** Bytes that come out at once. */
const chunkSize = 64 * 1024;
/** More codings of one body than anybody has a reason for. */
const mostCodings = 3;
/** Largest window of zstd as a content coding, as a power of two: 8 MiB (RFC 9659). */
const zstdWindowLog = 23;

const names: ReadonlyMap<string, Coding> = new Map([
	["gzip", "gzip"],
	["x-gzip", "gzip"],
	["deflate", "deflate"],
	["br", "br"],
	["zstd", "zstd"],
]);
/** Codings that change nothing; `aws-chunked` is what was undone before the object was stored. */
const nothing: ReadonlySet<string> = new Set(["", "identity", "aws-chunked"]);

export type DecoderSink = {
	onBytes(bytes: Buffer): void;
	onEnd(): void;
	/** @param isCut - Whether the bytes ended too early, rather than that they are wrong. */
	onProblem(message: string, isCut: boolean): void;
	/** What was written has been taken in: more may come. */
	onRoom(): void;
};

export type Decoder = {
	/** @param bytes - Not to be changed afterwards. @returns Whether more may come before `onRoom`. */
	write(bytes: Buffer): boolean;
	end(): void;
	destroy(): void;
};

/**
 * The codings of a Content-Encoding field in the order in which they were applied, those that change nothing left out.
 * @returns The name of the first that cannot be undone, where there is one.
 */
export function readCodings(field: string): readonly Coding[] | { readonly unknown: string } {
	const found: Coding[] = [];
	for (const part of field.split(",")) {
		const name = part.trim().toLowerCase();
		if (nothing.has(name)) continue;
		const coding = names.get(name);
		if (coding === undefined) return { unknown: name.slice(0, 40) };
		found.push(coding);
	}
	return found.length > mostCodings ? { unknown: `${found.length} codings` } : found;
}

/** Node has zstd from 22.15 on. */
const nodeHasZstd = "createZstdDecompress" in zlib;

/** Loads what Node itself has not. @returns What makes decoders. */
export async function loadDecoders(hasZstd: boolean = nodeHasZstd): Promise<typeof createDecoder> {
	if (!hasZstd) unpackZstd = (await import("./unpack-zstd.ts")).unpackZstd;
	return createDecoder;
}

let unpackZstd: ((chunks: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array>) | undefined;

/** @param applied - As `readCodings` gives them, at least one. */
export function createDecoder(applied: readonly Coding[], sink: DecoderSink): Decoder {
	const rest = [...applied].reverse();
	let streams: readonly Duplex[] = [];
	const begin = (first: number): Duplex => {
		streams = rest.map((coding) => streamOf(coding, first));
		for (const [index, stream] of streams.entries()) {
			stream.on("error", (error) => sink.onProblem(error.message, /unexpected (?:end|eof)/i.test(error.message)));
			const next = streams[index + 1];
			if (next) stream.pipe(next);
		}
		const [head] = streams;
		const tail = streams.at(-1);
		if (head === undefined || tail === undefined) throw new RangeError("no coding");
		head.on("drain", sink.onRoom);
		tail.on("data", (bytes: Uint8Array) => sink.onBytes(bufferOf(bytes)));
		tail.on("end", sink.onEnd);
		return head;
	};
	return {
		write(bytes) {
			if (bytes.length === 0) return true;
			return (streams[0] ?? begin(bytes[0] ?? 0)).write(bytes);
		},
		end() {
			// A body of no bytes holds nothing that could be undone.
			if (streams[0]) streams[0].end();
			else sink.onEnd();
		},
		destroy() {
			for (const stream of streams) stream.destroy();
		},
	};
}

/** The library gives plain arrays of bytes. */
function bufferOf(bytes: Uint8Array): Buffer {
	return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function streamOf(coding: Coding, first: number): Duplex {
	switch (coding) {
		case "gzip":
			return zlib.createGunzip({ chunkSize });
		case "deflate":
			// Some servers leave the wrapper of zlib out, whose first byte names the method (RFC 1950, 2.2).
			return (first & 15) === 8 ? zlib.createInflate({ chunkSize }) : zlib.createInflateRaw({ chunkSize });
		case "br":
			return zlib.createBrotliDecompress({ chunkSize });
		case "zstd":
			if (unpackZstd) return Duplex.from(unpackZstd);
			return zlib.createZstdDecompress({ chunkSize, params: { [zlib.constants.ZSTD_d_windowLogMax]: zstdWindowLog } });
	}
}
