/** The files of an origin: what they are called, how large they are, and what is in them, all without keeping any. */
import { createCipheriv, createHash, hash } from "node:crypto";

const zeros = Buffer.alloc(256 * 1024);
const cipherBlockBytes = 16;

/** Path of a file: it states the size, so that any path of this form can be asked for and checked. */
export function originPath(index: number, sizeBytes: number): string {
	return `/f/${sizeBytes}/${String(index).padStart(6, "0")}.bin`;
}

/** Size in bytes that a path or URL states; undefined where it names no file of an origin. */
export function originSize(pathOrUrl: string): number | undefined {
	const match = /^(?:https?:\/\/[^/]+)?\/f\/(0|[1-9]\d{0,14})\/[^?#]/.exec(pathOrUrl);
	return match ? Number(match[1]) : undefined;
}

/**
 * Bytes from `start` up to but not including `end` of the file at this path: the key stream of AES-128 in counter mode, which can
 * be entered at any offset at the same price.
 */
export function originBytes(seed: number, path: string, { start, end }: ByteSpan): Buffer {
	const digest = hash("sha256", `${seed}\n${path}`, "buffer");
	const skipBytes = start % cipherBlockBytes;
	const counter = digest.subarray(16, 32);
	// The low 64 bits begin at zero: they count blocks and can never carry into the rest.
	counter.writeBigUInt64BE(BigInt((start - skipBytes) / cipherBlockBytes), 8);
	const cipher = createCipheriv("aes-128-ctr", digest.subarray(0, 16), counter);
	const wantedBytes = end - start + skipBytes;
	const stream = cipher.update(
		wantedBytes <= zeros.length ? zeros.subarray(0, wantedBytes) : Buffer.alloc(wantedBytes),
	);
	return skipBytes === 0 ? stream : stream.subarray(skipBytes);
}

/** SHA-256 of the whole file, base64; takes about a second for each gigabyte. */
export function originDigest(seed: number, path: string, sizeBytes: number): string {
	const digest = createHash("sha256");
	for (let start = 0; start < sizeBytes; start += zeros.length)
		digest.update(originBytes(seed, path, { start, end: Math.min(sizeBytes, start + zeros.length) }));
	return digest.digest("base64");
}

/** A span of bytes; `end` is the first one after it. */
export type ByteSpan = { readonly start: number; readonly end: number };
