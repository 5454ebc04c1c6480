/** The bytes of a page one after the other: from memory, or unpacked some at a time where a page is large. */
import { snappyUncompress } from "hyparquet";

export type ByteSource = {
	/** Where bytes that were taken lie, until the next are. */
	readonly buffer: Buffer;
	/** Takes so many. @returns Their place in the buffer. @throws {Error} there are not so many, or they cannot be unpacked. */
	take(count: number): number;
	/** Takes all that are left. */
	rest(): Uint8Array;
};

export function wholeSource(page: Uint8Array): ByteSource {
	const buffer = bufferOf(page);
	let offset = 0;
	return {
		buffer,
		take(count) {
			const at = offset;
			if (!(count >= 0 && count <= buffer.length - at)) throw new Error("a page ends too early");
			offset += count;
			return at;
		},
		rest: () => page.subarray(offset),
	};
}

/** What those who write Snappy look back at most; the format itself has no such bound. */
const windowBytes = 64 * 1024;
/** Unpacked at once, in the least. */
const stepBytes = 64 * 1024;
/** One copy brings no more. */
const longestCopy = 64;

/** Holds some 200 KiB of the page, unless it looks back further than is usual: then all of it. */
export function snappySource(packed: Uint8Array, sizeBytes: number): ByteSource {
	let buffer = Buffer.alloc(windowBytes + 2 * stepBytes + longestCopy);
	/** Bytes of the page that were dropped from the buffer; then those that were taken, and those that were unpacked. */
	let dropped = 0;
	let taken = 0;
	let end = 0;
	let at = afterLength(packed);
	let literalLeft = 0;

	const left = (): number => sizeBytes - dropped - taken;

	const byte = (): number => {
		const value = packed[at++];
		if (value === undefined) throw new Error("a page ends too early");
		return value;
	};

	const makeRoom = (count: number): void => {
		if (taken + count + longestCopy <= buffer.length) return;
		const from = Math.max(0, taken - windowBytes);
		const needed = taken - from + count + longestCopy;
		const target = needed > buffer.length ? Buffer.alloc(needed + stepBytes) : buffer;
		buffer.copy(target, 0, from, end);
		buffer = target;
		dropped += from;
		taken -= from;
		end -= from;
	};

	/** @returns false where what is copied was dropped. */
	const unpackTo = (until: number): boolean => {
		while (end < until) {
			if (literalLeft > 0) {
				const count = Math.min(literalLeft, until - end);
				if (count > packed.length - at) throw new Error("a page ends too early");
				buffer.set(packed.subarray(at, at + count), end);
				at += count;
				end += count;
				literalLeft -= count;
				continue;
			}
			const tag = byte();
			if ((tag & 3) === 0) {
				const length = tag >>> 2;
				literalLeft = (length < 60 ? length : littleEndian(byte, length - 59)) + 1;
				continue;
			}
			const isShort = (tag & 3) === 1;
			const length = isShort ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
			const back = isShort ? ((tag >>> 5) << 8) + byte() : littleEndian(byte, (tag & 3) === 2 ? 2 : 4);
			if (back === 0 || back > end + dropped) throw new Error("a page refers to what is not in it");
			if (back > end) return false;
			// Byte by byte: a copy may reach into itself.
			for (const stop = end + length; end < stop; end++) buffer[end] = buffer[end - back] ?? 0;
		}
		return true;
	};

	const unpackAll = (): void => {
		const page = Buffer.alloc(sizeBytes);
		snappyUncompress(packed, page);
		taken += dropped;
		dropped = 0;
		end = sizeBytes;
		buffer = page;
	};

	const take = (count: number): number => {
		if (!(count >= 0 && count <= left())) throw new Error("a page ends too early");
		if (end - taken < count) {
			const ahead = Math.min(left(), Math.max(count, stepBytes));
			makeRoom(ahead);
			if (!unpackTo(taken + ahead)) unpackAll();
		}
		const place = taken;
		taken += count;
		return place;
	};

	return {
		get buffer() {
			return buffer;
		},
		take,
		rest() {
			const count = left();
			const place = take(count);
			return buffer.subarray(place, place + count);
		},
	};
}

/** The length of the whole stands first, seven bits in a byte. */
function afterLength(packed: Uint8Array): number {
	const last = packed.findIndex((byte) => byte < 128);
	return last < 0 ? packed.length : last + 1;
}

function littleEndian(byte: () => number, bytes: number): number {
	let value = 0;
	for (let place = 0; place < bytes; place++) value += byte() * 2 ** (8 * place);
	return value;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
	return Buffer.from(buffer, byteOffset, byteLength);
}
