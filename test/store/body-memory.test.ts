/** Memory that is used again belongs to one body at a time, and to nobody else; pieces of any size take no more than twice what they hold. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { letGoOf, withRoom } from "../../src/store/body-memory.ts";

type Step =
	| { readonly kind: "add"; readonly which: number; readonly bytes: number }
	| { readonly kind: "let go"; readonly which: number };

const bytes = fc.oneof(fc.nat(40_000), fc.constantFrom(1, 1023, 1024, 1025, 16_384, 16_385, 131_072, 131_073));
const steps = fc.array(
	fc.oneof<fc.Arbitrary<Step>[]>(
		fc.record({ kind: fc.constant("add" as const), which: fc.nat(9), bytes }),
		fc.record({ kind: fc.constant("let go" as const), which: fc.nat(9) }),
	),
	{ maxLength: 60, size: "max" },
);

type Body = { memory: Buffer; bytes: number };

test("no memory belongs to two bodies at once, and what is in it moves along", () => {
	fc.assert(
		fc.property(steps, (all) => {
			const held = new Map<number, Body>();
			for (const step of all) {
				const body = held.get(step.which);
				if (step.kind === "let go") {
					if (body) letGoOf(body.memory);
					held.delete(step.which);
					continue;
				}
				const used = body?.bytes ?? 0;
				const memory = withRoom(body?.memory, used, used + step.bytes);
				memory.fill(step.which, used, used + step.bytes);
				held.set(step.which, { memory, bytes: used + step.bytes });
			}
			for (const [value, { memory, bytes }] of held) {
				assert.ok(memory.subarray(0, bytes).every((byte) => byte === value));
				assert.ok(memory.length <= Math.max(1024, 2 * bytes));
			}
			for (const { memory } of held.values()) letGoOf(memory);
		}),
	);
});

test("a body of one-byte pieces takes the memory of its bytes alone", () => {
	let memory: Buffer | undefined;
	let taken = 0;
	for (let used = 0; used < 100_000; used++) {
		const next = withRoom(memory, used, used + 1);
		if (next !== memory) taken++;
		memory = next;
	}
	assert.equal(memory?.length, 131_072);
	assert.equal(taken, 8);
});

test("memory is used again", () => {
	const first = withRoom(undefined, 0, 5000);
	letGoOf(first);
	assert.equal(withRoom(undefined, 0, 8000), first);
});
