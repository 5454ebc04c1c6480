/** What goes into the ring comes out of it, whatever the lengths, and nothing is written over before it is let go of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createByteRing } from "../../src/store/byte-ring.ts";

const size = 64;
/** How many bytes are put in, and how many of those that wait are taken out then. */
const steps = fc.array(fc.tuple(fc.nat(size + 1), fc.nat(size)), { maxLength: 100 });

test("bytes come out in their order, from the other side of the same memory", () => {
	fc.assert(
		fc.property(steps, (turns) => {
			const near = createByteRing(new SharedArrayBuffer(8 + size));
			const far = createByteRing(near.memory);
			const waiting: number[] = [];
			let put = 0;
			let taken = 0;
			for (const [putNow, takeNow] of turns) {
				const bytes = Uint8Array.from({ length: putNow }, (_, index) => (put + index) % 251);
				const place = near.put(bytes);
				assert.equal(place, putNow > size - waiting.length ? undefined : put);
				if (place !== undefined) {
					waiting.push(...bytes);
					put += putNow;
				}
				const length = Math.min(takeNow, waiting.length);
				const found = far.pieces(taken, length).flatMap((piece) => [...piece]);
				assert.deepEqual(found, waiting.splice(0, length));
				taken += length;
				far.letGo(taken);
			}
		}),
	);
});
