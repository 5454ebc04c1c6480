/** Memory that is used again belongs to one file at a time, and to nobody else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { keepChunk, letGoOf } from "../../src/store/chunk-memory.ts";

type Step =
	| { readonly kind: "keep"; readonly bytes: number; readonly pieces: number }
	| { readonly kind: "let go"; readonly which: number };

const steps = fc.array(
	fc.oneof<fc.Arbitrary<Step>[]>(
		fc.record({
			kind: fc.constant("keep" as const),
			bytes: fc.oneof(fc.nat(40_000), fc.constantFrom(0, 1, 1023, 1024, 1025, 16_384, 16_385, 32_768, 32_769)),
			pieces: fc.integer({ min: 1, max: 4 }),
		}),
		fc.record({ kind: fc.constant("let go" as const), which: fc.nat() }),
	),
	{ maxLength: 60, size: "max" },
);

/** A chunk as a file holds it: in pieces, where a server has sent several in one. */
function cut(chunk: Buffer, pieces: number): Buffer[] {
	const size = Math.max(1, Math.ceil(chunk.length / pieces));
	return Array.from({ length: pieces }, (_, n) => chunk.subarray(n * size, (n + 1) * size));
}

test("what is kept stays as it is until it is let go, however often memory is used again", () => {
	fc.assert(
		fc.property(steps, (all) => {
			const held: { readonly chunks: Buffer[]; readonly value: number }[] = [];
			let value = 0;
			for (const step of all) {
				if (step.kind === "keep") {
					value = (value + 1) % 251;
					held.push({ chunks: cut(keepChunk(Buffer.alloc(step.bytes, value)), step.pieces), value });
				} else if (held.length > 0) {
					const [gone] = held.splice(step.which % held.length, 1);
					if (gone) letGoOf(gone.chunks);
				}
				for (const { chunks, value } of held) {
					for (const chunk of chunks) assert.ok(chunk.every((byte) => byte === value));
				}
			}
			for (const { chunks } of held) letGoOf(chunks);
		}),
		{ numRuns: 30 },
	);
});

test("memory is used again, and at most half of it is left over", () => {
	for (const bytes of [1024, 1025, 10_482, 32_768]) {
		const first = keepChunk(Buffer.alloc(bytes, 1));
		assert.ok(first.buffer.byteLength < bytes * 2 + 1, `${bytes} bytes lie in ${first.buffer.byteLength}`);
		letGoOf([first]);
		assert.equal(keepChunk(Buffer.alloc(bytes, 2)).buffer, first.buffer);
	}
	for (const bytes of [1, 1023, 32_769]) {
		const chunk = keepChunk(Buffer.alloc(bytes));
		assert.equal(chunk.buffer.byteLength, bytes);
		letGoOf([chunk]);
		assert.notEqual(keepChunk(Buffer.alloc(bytes)).buffer, chunk.buffer);
	}
});

test("memory of others is not used again, whatever its size", () => {
	const foreign = Buffer.from(new ArrayBuffer(16_384));
	letGoOf([foreign]);
	for (let n = 0; n < 200; n++) assert.notEqual(keepChunk(Buffer.alloc(16_384)).buffer, foreign.buffer);
});
