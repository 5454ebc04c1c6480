/** What is pushed is there to be taken or cleared, however often its host was forgotten and named again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createHostQueue } from "../../src/run/host-queue.ts";

const steps = fc.array(
	fc.record({ do: fc.constantFrom("push", "take", "release"), host: fc.constantFrom("one", "other") }),
	{ maxLength: 60, size: "max" },
);

test("nothing that waits is lost, and no host has more in flight than its share", () => {
	fc.assert(
		fc.property(steps, (all) => {
			const perHost = 2;
			const queue = createHostQueue<{ readonly host: string }>({ perHost, onReady: assert.fail });
			const waiting = new Set<{ readonly host: string }>();
			const inFlight: { readonly host: string }[] = [];
			for (const step of all) {
				if (step.do === "push") {
					const item = { host: step.host };
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
					if (at >= 0) queue.release(inFlight.splice(at, 1)[0]?.host ?? assert.fail());
				}
				assert.equal(queue.size, waiting.size);
			}
			assert.deepEqual(new Set(queue.clear()), waiting);
		}),
	);
});
