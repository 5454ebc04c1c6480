/** What is pushed is there to be taken or cleared, however often its host was forgotten and named again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createHostQueue } from "../../src/run/host-queue.ts";
import type { Time } from "../../src/run/host-queue-types.ts";

type Item = { readonly host: string; readonly id: number; turn: number; forgiven: number; servedThen: number };

const steps = fc.array(
	fc.record({ do: fc.constantFrom("push", "take", "release"), host: fc.constantFrom("one", "other") }),
	{ maxLength: 60, size: "max" },
);

test("nothing that waits is lost, and no host has more in flight than its share", () => {
	fc.assert(
		fc.property(steps, (all) => {
			const perHost = 2;
			const time: Time = { clock: () => 0, after: () => assert.fail() };
			const limits = { most: 100, concurrency: 100, perHost };
			const queue = createHostQueue<Item>({ limits, time, onReady: assert.fail });
			const waiting = new Set<Item>();
			const inFlight: Item[] = [];
			for (const step of all) {
				if (step.do === "push") {
					const item = { host: step.host, id: 1, turn: 0, forgiven: 0, servedThen: 0 };
					waiting.add(item);
					queue.push(step.host, item);
				} else if (step.do === "take") {
					const item = queue.take();
					if (!item) continue;
					assert.ok(waiting.delete(item));
					inFlight.push(item);
					assert.ok(inFlight.filter(({ host }) => host === item.host).length <= perHost);
				} else {
					const at = inFlight.findIndex(({ host }) => host === step.host);
					const [ended] = at >= 0 ? inFlight.splice(at, 1) : [];
					if (ended) queue.succeed(ended.host, ended);
				}
				assert.equal(queue.size, waiting.size);
			}
			assert.deepEqual(new Set(queue.clear()), waiting);
		}),
	);
});
