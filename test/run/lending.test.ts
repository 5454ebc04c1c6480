/** Slots for large files: what no entry wants, given back when one does, and counted as requests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createSimulation } from "../../benchmarks/simulator/events.ts";
import type { SlotGrant } from "../../src/core/task.ts";
import { createHostQueue } from "../../src/run/host-queue.ts";
import { type Borrower, createLending, type Lending } from "../../src/run/lending.ts";
import type { QueueLimits } from "../../src/run/queue-limits.ts";
import type { Vigil } from "../../src/run/unanswered.ts";

type Item = {
	readonly id: number;
	readonly host: string;
	turn: number;
	forgiven: number;
	servedThen: number;
	wasForbidden: boolean;
	vigil: Vigil | undefined;
};

const item = (id: number, host: string): Item => ({
	id,
	host,
	turn: 0,
	forgiven: 0,
	servedThen: 0,
	wasForbidden: false,
	vigil: undefined,
});
const mirror = (host: string): Borrower["mirror"] => ({ url: `http://${host}/f`, host, tried: 1, out: false });

function borrowerOf(id: number, host: string, ...others: readonly string[]): Borrower {
	const own = mirror(host);
	return { id, mirror: own, mirrors: [own, ...others.map(mirror)] };
}

function start(limits: QueueLimits, slots = 1000) {
	const simulation = createSimulation();
	const queue = createHostQueue<Item>({ limits, time: simulation, onReady: () => lending.balance() });
	const granted = new Map<number, readonly number[]>();
	const grant = (grants: readonly SlotGrant[]): void => {
		for (const { id, extra } of grants) granted.set(id, extra);
	};
	const lending: Lending = createLending({ queue, slots: () => slots, grant });
	/** A large file begins, and wants slots. */
	const begin = (borrower: Borrower, wants: number): Item => {
		queue.push(borrower.mirror.host, item(borrower.id, borrower.mirror.host));
		const taken = queue.take();
		assert(taken);
		hear(borrower, wants);
		return taken;
	};
	/** It uses all that it has got and wants. */
	const hear = (borrower: Borrower, wants: number): void => {
		let left = wants;
		const uses = borrower.mirrors.map((_, n) => {
			const has = Math.min(left, granted.get(borrower.id)?.[n] ?? 0);
			left -= has;
			return { has, requests: has, isOut: false };
		});
		lending.hear(borrower, { wants, uses });
	};
	return { simulation, queue, granted, lending, begin, hear };
}

test("what is free is lent, up to the levels, and to strangers no more than 16 connections", () => {
	const table: readonly (readonly [limits: QueueLimits, host: string, wants: number, extra: number])[] = [
		[{ most: 8, concurrency: 8, perHost: "auto" }, "127.0.0.1", 31, 7],
		[{ most: 1024, concurrency: "auto", perHost: 4 }, "127.0.0.1", 31, 3],
		[{ most: 1024, concurrency: "auto", perHost: "auto" }, "127.0.0.1", 20, 20],
		[{ most: 1024, concurrency: 64, perHost: "auto" }, "example.org", 31, 15],
	];
	for (const [limits, host, wants, extra] of table) {
		const { begin, granted } = start(limits);
		begin(borrowerOf(1, host), wants);
		assert.deepEqual(granted.get(1), [extra], JSON.stringify(limits));
	}
});

test("an entry that waits gets its slot back, and what is not wanted is free again", () => {
	const { queue, granted, lending, begin, hear } = start({ most: 4, concurrency: 4, perHost: "auto" });
	const large = borrowerOf(1, "127.0.0.1");
	const one = begin(large, 7);
	assert.deepEqual([granted.get(1), queue.inFlight, queue.take()], [[3], 4, undefined]);
	queue.push("127.0.0.1", item(2, "127.0.0.1"));
	queue.push("127.0.0.1", item(3, "127.0.0.1"));
	lending.balance();
	assert.deepEqual(granted.get(1), [1]);
	// Until it has given them back they are in use.
	assert.equal(queue.take(), undefined);
	hear(large, 7);
	const taken = [queue.take(), queue.take(), queue.take()];
	assert.deepEqual(
		taken.map((found) => found?.id),
		[2, 3, undefined],
	);
	for (const found of taken) if (found) queue.succeed(found.host, found);
	lending.balance();
	assert.deepEqual(granted.get(1), [3]);
	hear(large, 0);
	hear(large, 0);
	lending.end(large);
	queue.succeed(one.host, one);
	assert.equal(queue.inFlight, 0);
});

test("mirrors have slots of their own, the fewest used first", () => {
	const { queue, granted, lending, begin } = start({ most: 100, concurrency: 100, perHost: 3 });
	const large = borrowerOf(1, "127.0.0.1", "127.0.0.2", "127.0.0.3");
	begin(large, 5);
	assert.deepEqual(granted.get(1), [1, 2, 2]);
	lending.end(large);
	assert.equal(queue.inFlight, 1);
});

test("each slot is a request at the pace of its host", () => {
	const { simulation, granted, begin, hear } = start({ most: 100, concurrency: 100, perHost: "auto", ratePerHost: 2 });
	const large = borrowerOf(1, "127.0.0.1");
	begin(large, 50);
	const early = granted.get(1)?.[0] ?? 0;
	assert(early <= 2, `${early} at once`);
	for (let ms = 100; ms <= 5000; ms += 100) simulation.after(ms, () => hear(large, 50));
	simulation.run(5000);
	const late = granted.get(1)?.[0] ?? 0;
	assert(late > early && late <= 13, `${late} in 5 s`);
});

const steps = fc.array(
	fc.record({
		act: fc.constantFrom("push", "take", "end", "hear", "close"),
		host: fc.constantFrom("127.0.0.1", "127.0.0.2"),
		wants: fc.integer({ min: 0, max: 9 }),
	}),
	{ maxLength: 80, size: "max" },
);

test("whatever happens, levels hold, and all slots come back", () => {
	fc.assert(
		fc.property(steps, (all) => {
			const most = 6;
			const { queue, granted, lending, begin, hear } = start({ most, concurrency: most, perHost: 4 });
			const inFlight: Item[] = [];
			const large = new Map<Borrower, Item>();
			let id = 0;
			for (const { act, host, wants } of all) {
				const [borrower] = [...large.keys()].filter(({ mirror: { host: own } }) => own === host);
				if (act === "push") queue.push(host, item(++id, host));
				else if (act === "take") {
					const taken = queue.take();
					if (taken) inFlight.push(taken);
					else if (queue.size === 0 && queue.inFlight < most && queue.levelOf(host) === undefined) {
						const other = borrowerOf(++id, host, host === "127.0.0.1" ? "127.0.0.2" : "127.0.0.1");
						large.set(other, begin(other, wants));
					}
				} else if (act === "end") {
					const at = inFlight.findIndex((one) => one.host === host);
					const [ended] = at >= 0 ? inFlight.splice(at, 1) : [];
					if (ended) queue.succeed(ended.host, ended);
				} else if (act === "hear" && borrower) hear(borrower, wants);
				else if (act === "close" && borrower) {
					lending.end(borrower);
					const own = large.get(borrower);
					if (own) queue.succeed(own.host, own);
					large.delete(borrower);
				}
				lending.balance();
				assert(queue.inFlight <= most);
			}
			for (const [borrower, own] of large) {
				hear(borrower, 0);
				hear(borrower, 0);
				assert.deepEqual(granted.get(borrower.id)?.every((extra) => extra === 0) ?? true, true);
				lending.end(borrower);
				queue.succeed(own.host, own);
			}
			for (const one of inFlight) queue.succeed(one.host, one);
			assert.equal(queue.inFlight, 0);
		}),
	);
});
