/** What is pushed is there to be taken or cleared, however often its host was forgotten and named again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createSimulation, type Simulation } from "../../benchmarks/simulator/events.ts";
import type { HostLevel } from "../../src/control/host-level.ts";
import { createHostQueue } from "../../src/run/host-queue.ts";
import type { HostQueue, Time } from "../../src/run/host-queue-types.ts";
import type { QueueLimits } from "../../src/run/queue-limits.ts";
import type { Vigil } from "../../src/run/unanswered.ts";

type Item = {
	readonly host: string;
	readonly id: number;
	turn: number;
	forgiven: number;
	servedThen: number;
	wasForbidden: boolean;
	vigil: Vigil | undefined;
};

const steps = fc.array(
	fc.record({
		do: fc.constantFrom("push", "take", "succeed", "timeOut"),
		host: fc.constantFrom("one", "other", "third"),
	}),
	{ maxLength: 60, size: "max" },
);

test("nothing that waits is lost or left, and no host has more in flight than its share", () => {
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
					const item = {
						host: step.host,
						id: 1,
						turn: 0,
						forgiven: 0,
						servedThen: 0,
						wasForbidden: false,
						vigil: undefined,
					};
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
					if (ended && step.do === "succeed") queue.succeed(ended.host, ended);
					else if (ended) queue.timeOut(ended.host, ended);
				}
				assert.equal(queue.size, waiting.size);
				if (inFlight.length === 0) assert.equal(queue.hasReady(), waiting.size > 0);
			}
			if (waiting.size % 3 === 0) {
				assert.deepEqual(new Set(queue.clear()), waiting);
				return;
			}
			// Whatever went before, all of them come to their turn.
			if (waiting.size % 2 === 0) queue.endIsNear();
			while (waiting.size + inFlight.length > 0) {
				const taken = takeAll(queue);
				for (const item of taken) assert.ok(waiting.delete(item));
				inFlight.push(...taken);
				const ended = inFlight.shift();
				assert.ok(ended, `${waiting.size} are never taken`);
				queue.succeed(ended.host, ended);
			}
		}),
	);
});

/** A queue in simulated time, with what is in flight. */
function queueOf(
	limits: QueueLimits,
	room = limits.most,
): { readonly queue: HostQueue<Item>; readonly simulation: Simulation } {
	const simulation = createSimulation();
	const known = new Map<string, HostLevel>();
	const queue = createHostQueue<Item>({
		...{ limits, time: simulation, onReady: () => {}, room: () => room },
		recall: (host) => known.get(host),
		remember: (host, level) => known.set(host, level),
	});
	return { queue, simulation };
}

function fill(queue: HostQueue<Item>, host: string, count: number): void {
	for (let id = 0; id < count; id++)
		queue.push(host, { host, id, turn: 0, forgiven: 0, servedThen: 0, wasForbidden: false, vigil: undefined });
}

function takeAll(queue: HostQueue<Item>): Item[] {
	const taken: Item[] = [];
	for (let item = queue.take(); item; item = queue.take()) taken.push(item);
	return taken;
}

function countOf(items: readonly Item[], host: string): number {
	return items.filter((item) => item.host === host).length;
}

test("a number alone is for one host while no other has work, and never all of it beside others", () => {
	const { queue } = queueOf({ most: 12, concurrency: 12, perHost: "auto" });
	fill(queue, "one", 100);
	const first = takeAll(queue);
	assert.equal(first.length, 12);
	fill(queue, "other", 100);
	for (const item of first.splice(0, 6)) queue.succeed(item.host, item);
	const next = takeAll(queue);
	assert.equal(countOf(next, "other"), 6, "those that are free now are for the other");
});

test("a host that never answers gathers no more slots than its share", () => {
	const { queue } = queueOf({ most: 20, concurrency: 20, perHost: 20 });
	for (const host of ["silent", "a", "b", "c"]) fill(queue, host, 2000);
	let held = takeAll(queue);
	for (let round = 0; round < 200; round++) {
		for (const item of held) if (item.host !== "silent") queue.succeed(item.host, item);
		held = [...held.filter(({ host }) => host === "silent"), ...takeAll(queue)];
		assert(countOf(held, "silent") <= 5, `${countOf(held, "silent")} of 20`);
		assert.equal(held.length, 20);
	}
});

for (const hosts of [1, 2]) {
	test(`what ends in one turn of the event loop raises the level alike: ${hosts} ${hosts === 1 ? "host" : "hosts"}`, () => {
		const { queue } = queueOf({ most: 1024, concurrency: "auto", perHost: "auto" });
		for (let host = 0; host < hosts; host++) fill(queue, `h${host}`, 2000);
		const first = takeAll(queue);
		for (const item of first) queue.succeed(item.host, item);
		assert.equal(takeAll(queue).length, first.length * 2);
	});
}

test("a host that is paused holds no slot, and afterwards not all that wait start at once", () => {
	const { queue, simulation } = queueOf({ most: 16, concurrency: 16, perHost: 16 });
	fill(queue, "paused", 100);
	fill(queue, "other", 100);
	const held = takeAll(queue);
	queue.pause("paused", 1000);
	for (const item of held) queue.succeed(item.host, item);
	assert.deepEqual([...new Set(takeAll(queue).map(({ host }) => host))], ["other"]);
	simulation.run(999);
	assert.equal(queue.hasReady(), false);
	simulation.run(1001);
	for (let n = 0; n < 12; n++)
		queue.succeed("other", {
			host: "other",
			id: 0,
			turn: 1,
			forgiven: 0,
			servedThen: 0,
			wasForbidden: false,
			vigil: undefined,
		});
	assert.equal(countOf(takeAll(queue), "paused"), 4);
});

test("tens of thousands of hosts take turns", () => {
	const { queue } = queueOf({ most: 100, concurrency: 100, perHost: "auto" });
	const hosts = 10_000;
	for (let round = 0; round < 3; round++) for (let host = 0; host < hosts; host++) fill(queue, `h${host}`, 1);
	const seen = new Map<string, number>();
	for (let held = takeAll(queue); held.length > 0; held = takeAll(queue)) {
		const isFirst = seen.size < hosts;
		const fresh = held.filter(({ host }) => !seen.has(host)).length;
		if (isFirst)
			assert(fresh >= Math.min(held.length / 2, hosts - seen.size), "half are for those that had no turn yet");
		for (const item of held) {
			seen.set(item.host, (seen.get(item.host) ?? 0) + 1);
			queue.succeed(item.host, item);
		}
	}
	assert.equal(seen.size, hosts);
	assert.deepEqual(new Set(seen.values()), new Set([3]));
});

test("a pace for all and one for each host hold together", () => {
	const { queue, simulation } = queueOf({ most: 100, concurrency: 100, perHost: 100, rate: 100, ratePerHost: 10 });
	fill(queue, "a", 1000);
	fill(queue, "b", 1000);
	const taken = { a: 0, b: 0 };
	for (let ms = 0; ms < 10_000; ms += 5) {
		simulation.run(ms);
		for (const item of takeAll(queue)) {
			taken[item.host === "a" ? "a" : "b"]++;
			queue.succeed(item.host, item);
		}
		simulation.after(5, () => {});
		simulation.run(ms + 5);
	}
	for (const count of Object.values(taken)) assert(Math.abs(count - 100) <= 5, `${count} in 10 s`);
});

test("answers that are late let twice as many begin, not ever more: the line may be full", () => {
	const { queue, simulation } = queueOf({ most: 1024, concurrency: "auto", perHost: "auto" });
	for (let host = 0; host < 2000; host++) fill(queue, `h${host}`, 1);
	const first = takeAll(queue);
	assert(first.length >= 32 && first.length < 100, `${first.length} begin`);
	simulation.run(999);
	assert.equal(takeAll(queue).length, 0);
	simulation.run(1001);
	assert.equal(takeAll(queue).length, first.length);
	simulation.run(30_000);
	assert.equal(takeAll(queue).length, 0);
	for (const item of first) queue.succeed(item.host, item);
	assert.equal(queue.inFlight, first.length);
	assert(takeAll(queue).length <= first.length * 2);
});

/** With a room of 128, as the workers of a cluster have it. */
for (const room of [1024, 128]) {
	test(`slots of hosts that let attempts run out of time take nobody's place where the number is found, and not all of ${room}`, () => {
		const { queue } = queueOf({ most: room === 1024 ? 1024 : 100_000, concurrency: "auto", perHost: "auto" }, room);
		for (let host = 0; host < 100; host++) fill(queue, `silent${host}`, 100);
		fill(queue, "healthy", 2000);
		let held = takeAll(queue);
		for (let round = 0; round < 20; round++) {
			for (const item of held) {
				if (item.host === "healthy") queue.succeed(item.host, item);
				else if (round < 5) queue.fail(item.host, item, true);
			}
			held = [...held.filter(({ host }) => host !== "healthy" && round >= 5), ...takeAll(queue)];
		}
		const silent = held.length - countOf(held, "healthy");
		assert(silent >= room / 2 && silent <= Math.max(room / 2, room - 2 * 32), `${silent} of silent hosts`);
		assert(countOf(held, "healthy") >= 32, `${countOf(held, "healthy")} of the healthy one`);
		assert(queue.inFlight <= room);
	});
}

test("slots that a busy host has no entries for are not given at once to hosts that may be silent: more of its entries come", () => {
	const { queue, simulation } = queueOf({ most: 32, concurrency: 32, perHost: "auto" });
	const silent = Array.from({ length: 40 }, (_, host) => `silent${host}`);
	fill(queue, "busy", 100);
	for (const host of silent) fill(queue, host, 1);
	let held = takeAll(queue);
	const step = (): void => {
		for (const item of held) if (item.host === "busy") queue.succeed("busy", item);
		held = [...held.filter(({ host }) => host !== "busy"), ...takeAll(queue)];
	};
	while (countOf(held, "busy") > 0) step();
	assert.equal(held.length, 16, "half");
	fill(queue, "busy", 100);
	step();
	assert.equal(countOf(held, "busy"), 16, "they were kept for it");
	while (countOf(held, "busy") > 0) step();
	simulation.run(simulation.clock() + 100);
	step();
	assert.equal(held.length, 32, "no more of its entries came");
});
