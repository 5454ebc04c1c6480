/** Text that waits as bytes: what was taken stays as it is until it is given back, however much is added meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createGatheredLines } from "../../src/files/gathered-lines.ts";

test("what was taken and not given back never changes", () => {
	const step = fc.oneof(
		fc.record({ add: fc.tuple(fc.string({ unit: "binary" }), fc.constantFrom(1, 700, 90_000)) }),
		fc.constant({ take: true } as const),
		fc.record({ giveBack: fc.nat({ max: 3 }) }),
	);
	fc.assert(
		fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
			const gathered = createGatheredLines(String);
			let waiting = "";
			const taken: { bytes: Buffer; text: string }[] = [];
			for (const one of steps) {
				if ("add" in one) {
					const text = one.add[0].slice(0, 3).repeat(one.add[1]);
					gathered.add(text);
					waiting += text;
				} else if ("take" in one) {
					taken.push({ bytes: gathered.take(), text: waiting });
					waiting = "";
				} else {
					const [given] = taken.splice(one.giveBack, 1);
					if (given) gathered.giveBack(given.bytes);
				}
				assert(gathered.size <= Buffer.byteLength(waiting) + 1000);
				if (waiting !== "") assert(gathered.size > 0);
				for (const { bytes, text } of taken) assert(bytes.equals(Buffer.from(text)));
			}
		}),
		{ numRuns: 300 },
	);
});

test("memory that was given back is used again, and what is too large to keep is not", () => {
	const gathered = createGatheredLines(String);
	const bufferOf = (text: string): ArrayBufferLike => {
		gathered.add(text);
		const taken = gathered.take();
		gathered.giveBack(taken);
		return taken.buffer;
	};
	const first = bufferOf("a");
	gathered.giveBack(gathered.take());
	assert.equal(bufferOf("b"), first);
	const large = bufferOf("c".repeat(1_000_000));
	assert.notEqual(large, first);
	assert.notEqual(bufferOf("d"), large);
});
