/** The pure parts of handing out: how large batches are, and that each task has one end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { batchesOf, createAssign } from "../../src/cluster/assign.ts";
import { createBacklog } from "../../src/cluster/backlog.ts";
import { createCrew } from "../../src/cluster/crew.ts";
import { createHandouts } from "../../src/cluster/handouts.ts";
import { protocol, type WorkerMessage } from "../../src/cluster/messages.ts";
import { batchSize } from "../../src/cluster/outbox.ts";
import { createPauses } from "../../src/cluster/pauses.ts";
import { createRoom } from "../../src/cluster/room.ts";
import type { Task } from "../../src/core/task.ts";

test("every worker gets a share, quick ones get large batches, slow ones small", () => {
	const cases: readonly (readonly [tasks: number, crew: Parameters<typeof batchSize>[1], size: number])[] = [
		[0, { workers: 0, capacity: 0, filesPerSecond: 0 }, 1],
		[64, { workers: 0, capacity: 0, filesPerSecond: 0 }, 4],
		[64, { workers: 4, capacity: 32, filesPerSecond: 0 }, 8],
		[64, { workers: 4, capacity: 64, filesPerSecond: 1200 }, 16],
		[3, { workers: 4, capacity: 64, filesPerSecond: 1200 }, 1],
		[5000, { workers: 2, capacity: 128, filesPerSecond: 20_000 }, 250],
	];
	for (const [tasks, crew, size] of cases) assert.equal(batchSize(tasks, crew), size, JSON.stringify([tasks, crew]));
});

const task: Task = {
	id: 1,
	key: "0123456789abcdef0123",
	url: "http://a/",
	namedBy: "http://a/",
	attempt: 1,
	resume: false,
	alone: false,
};
const listener = { onReceived() {}, onResult() {}, onLost() {} };

test("a task that is out is taken just once, whichever way", () => {
	fc.assert(
		fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 60 }), (takes) => {
			const handouts = createHandouts();
			const hands = Array.from({ length: 10 }, () => handouts.add(task, listener).hand);
			handouts.pack(
				"first",
				hands.slice(0, 4).map((hand) => ({ hand, task })),
			);
			handouts.pack(
				"second",
				hands.slice(4, 8).map((hand) => ({ hand, task })),
			);
			let taken = 0;
			for (const n of takes) {
				if (n === 8) taken += handouts.takeBatch("first").length;
				else if (handouts.take(hands[n] ?? 0)) taken++;
				assert.equal(handouts.size, 10 - taken);
			}
			taken += handouts.takeAll().length;
			assert.deepEqual([taken, handouts.size, handouts.batches.size], [10, 0, 0]);
		}),
	);
});

test("a batch begins once, with the worker that was told so, whoever else the queue gives it to", () => {
	const handouts = createHandouts();
	let nowMs = 0;
	const assign = createAssign(handouts, () => nowMs);
	const [first, second] = ["first", "second"].map((name) => {
		const { hand } = handouts.add(task, listener);
		handouts.pack(name, [{ hand, task }]);
		return hand;
	});
	const say = (worker: number, ...waits: string[]): readonly (readonly string[])[] => {
		const { begin, drop } = assign(worker, waits);
		return [begin, drop];
	};
	assert.deepEqual(say(1, "first"), [["first"], []]);
	// It has hardly heard of it yet; and a while later it may not have.
	assert.deepEqual(say(1, "first"), [[], []]);
	nowMs += 1000;
	assert.deepEqual(say(1, "first"), [["first"], []]);
	assert.deepEqual(say(2, "first", "second"), [["second"], ["first"]]);
	// They have begun, and are given the same again.
	assert.deepEqual(
		[say(1), say(2)],
		[
			[[], []],
			[[], []],
		],
	);
	assert.deepEqual(
		[say(1, "first"), say(2, "second")],
		[
			[[], ["first"]],
			[[], ["second"]],
		],
	);
	const held = (number: number, ...names: string[]) => batchesOf(handouts.batches, { number, held: new Set(names) });
	assert.deepEqual([held(1), held(2, "first"), held(3, "first", "third")], [["first"], ["second"], ["third"]]);
	for (const hand of [first, second]) handouts.take(hand ?? 0);
	assert.deepEqual(say(3, "first", "never"), [[], ["first", "never"]]);
});

test("a worker that counts as dead stays so, whatever it says later", () => {
	const crew = createCrew();
	const message = (worker: number, held: readonly string[] = []): WorkerMessage => ({
		protocol,
		worker,
		host: "h",
		pid: 1,
		capacity: 8,
		inFlight: 0,
		filesPerSecond: 0,
		held,
	});
	crew.hear(message(1, ["a"]));
	crew.hear(message(2));
	assert.deepEqual(crew.beat(1), []);
	crew.hear(message(2));
	assert.deepEqual(
		crew.beat(1).map(({ number }) => number),
		[1],
	);
	crew.drop(1);
	assert.equal(crew.hear(message(1)), undefined);
	assert.deepEqual(crew.size(), { workers: 1, capacity: 8, filesPerSecond: 0 });
	crew.forgive();
	assert.deepEqual(crew.beat(1), []);
	// A Redis that lost its data may have given a number twice.
	assert.equal(crew.hear({ ...message(2), pid: 2 }), undefined);
	assert.equal(crew.highest, 2);
});

test("of two pauses the one that ends later holds", () => {
	let nowMs = 0;
	const pauses = createPauses(() => nowMs);
	pauses.set("a", 100);
	pauses.set("a", 50);
	pauses.set("b", 10);
	assert.deepEqual(pauses.all(), [
		["a", 100],
		["b", 10],
	]);
	nowMs = 60;
	assert.deepEqual([pauses.left("a"), pauses.left("b"), pauses.left("c")], [40, 0, 0]);
	assert.deepEqual(pauses.all(), [["a", 40]]);
});

test("what a pause holds back is there when it ends, and starts nothing until then", async () => {
	let onReady = (): void => {};
	const isReady = new Promise<void>((resolve) => {
		onReady = resolve;
	});
	const backlog = createBacklog(() => onReady());
	const of = (host: string, hand: number) => ({ hand, batch: "a", task: { ...task, url: `http://${host}/` } });
	backlog.pause("slow", 30);
	for (const one of [of("slow", 1), of("quick", 2), of("slow", 3)]) backlog.push(one);
	assert(backlog.isReady());
	assert.deepEqual([backlog.take()?.hand, backlog.isReady(), backlog.take(), backlog.size], [2, false, undefined, 2]);
	await isReady;
	assert.deepEqual([backlog.isReady(), backlog.take()?.hand, backlog.take()?.hand, backlog.size], [true, 1, 3, 0]);
	for (let hand = 1; hand <= 200; hand++) backlog.push(of(hand % 2 ? "quick" : "slow", hand));
	backlog.pause("slow", 60_000);
	for (let hand = 1; hand < 200; hand += 2) assert.equal(backlog.take()?.hand, hand);
	assert.deepEqual([backlog.isReady(), backlog.size, backlog.clear().length], [false, 100, 100]);
});

test("what ends as soon as it begins gives its place to the next, however many there are", () => {
	const room = createRoom(2);
	let left = 100_000;
	room.join(() => {
		while (left > 0 && room.take()) {
			left--;
			room.release();
		}
	});
	// One that ends later, in the midst of what is offered.
	assert(room.take());
	room.release();
	assert.deepEqual([left, room.used], [0, 0]);
});

test("runs take turns for the room of a worker", () => {
	const room = createRoom(2);
	const order: string[] = [];
	const use = (name: string) => (): void => {
		if (room.take()) order.push(name);
	};
	const leave = room.join(use("a"));
	room.join(use("b"));
	assert(room.take() && room.take() && !room.take());
	for (let n = 0; n < 4; n++) room.release();
	assert.deepEqual(order, ["b", "a", "b", "a"]);
	leave();
	room.release();
	assert.equal(order.at(-1), "b");
});
