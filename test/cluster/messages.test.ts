/** What comes through Redis is believed only as far as it can do no harm. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { protocol, readBatch, readInfo, readMessage } from "../../src/cluster/messages.ts";
import { createSeal } from "../../src/cluster/seal.ts";
import { ownOptions } from "../../src/cluster/worker-sink.ts";
import { safeFolderPath, safeOutPath } from "../../src/core/naming.ts";
import { resolveOptions } from "../../src/core/resolve-options.ts";

const task = {
	id: 1,
	key: "0123456789abcdef0123",
	url: "http://example.org/a",
	namedBy: "http://example.org/a",
	attempt: 1,
	resume: false,
	alone: false,
};
const batchOf = (change: object): unknown => ({ protocol, tasks: [{ hand: 1, task: { ...task, ...change } }] });

test("a batch that a coordinator would send is taken as it is", () => {
	const full = {
		out: "a/b.txt",
		headers: [["X-A", "b"]],
		checksums: [{ algorithm: "sha256", hex: "00" }],
		mirrors: ["https://example.org/b"],
		pieces: { algorithm: "sha1", lengthBytes: 1024, hexes: ["00"] },
		range: { first: 0, last: 0 },
		refresh: { file: "a/b (1).txt", bytes: 0, etag: '"1"', atMs: 1.5 },
		saved: { file: "b", bytes: 1 },
		later: 1,
	};
	assert.deepEqual(readBatch(batchOf(full)), batchOf(full));
});

const outside = [
	"",
	"..",
	"../a",
	"a/../../b",
	"/etc/passwd",
	"C:\\a",
	"a//b",
	"a\\..\\b",
	".downspout/journal.jsonl",
	"a/.downspout/journal.jsonl",
	7,
];

test("no task leads out of the sink, or to anything but http", () => {
	const bad = [
		{ out: "../a" },
		{ out: "/etc/passwd" },
		{ out: "a/../../b" },
		{ out: ".downspout/journal.jsonl" },
		{ out: "" },
		{ out: 7 },
		{ folder: ".." },
		{ folder: "a/./b" },
		{ key: "../../../../../../ab" },
		{ key: "0123" },
		{ url: "file:///etc/passwd" },
		{ url: "nonsense" },
		{ namedBy: 1 },
		{ headers: [["X-A"]] },
		{ headers: "X-A: b" },
		{ checksums: { algorithm: "sha256", hex: "00" } },
		{ checksums: [{ algorithm: "rot13", hex: "00" }] },
		{ mirrors: ["file:///etc/passwd"] },
		// It would be read for ever.
		{ pieces: { algorithm: "sha1", lengthBytes: 0, hexes: [] } },
		{ pieces: { algorithm: "rot13", lengthBytes: 1, hexes: [] } },
		{ range: { first: 2, last: 1 } },
		{ expectTypes: "image/*" },
		{ sizeBytes: -1 },
		...outside.map((file) => ({ refresh: { file, bytes: 1 } })),
		...outside.map((file) => ({ saved: { file, bytes: 1 } })),
		{ id: "1" },
		{ resume: 1 },
	];
	for (const change of bad)
		assert.throws(() => readBatch(batchOf(change)), { code: "cluster_message" }, JSON.stringify(change));
});

const facts = { protocol, worker: 1, host: "h", pid: 1, capacity: 1, inFlight: 0, filesPerSecond: 0, held: [] };
const label = { model: "cluster", number: 1 };
const saved = { id: 1, kind: "saved", file: "a.txt", bytes: 1, kept: false, worker: label, intents: 0 };
const failure = { code: "reset", message: "closed", transient: true };
const failed = { id: 1, kind: "failed", failure, kept: false, worker: label, intents: 0, retryAfterMs: 5 };
const resultOf = (result: object): unknown => ({ ...facts, results: [{ hand: 1, result }] });

test("a result that a worker would send is taken as it is", () => {
	const told = { urls: ["https://example.org/a"], checksums: [{ algorithm: "sha256", hex: "00" }] };
	const results = [
		saved,
		{
			...saved,
			file: "\u200b.downspout",
			sha256: "00",
			etag: "1",
			remarks: [{ kind: "page", host: "h", message: "m" }],
		},
		{ ...saved, kind: "skipped", version: { etag: "1" } },
		{ ...failed, told, httpStatus: 503, finalUrl: "http://example.org", redirects: 1 },
		{ ...saved, kind: "cancelled", file: undefined, bytes: undefined },
	];
	for (const result of results) assert.deepEqual(readMessage(resultOf(result)), resultOf(result));
});

test("no result names a file outside of the sink, and none lacks what a coordinator goes by", () => {
	const bad = [
		...outside.flatMap((file) => [resultOf({ ...saved, file }), resultOf({ ...saved, kind: "skipped", file })]),
		resultOf({ ...saved, bytes: -1 }),
		resultOf({ ...saved, bytes: undefined }),
		resultOf({ ...saved, kind: "kept" }),
		resultOf({ ...saved, intents: undefined }),
		resultOf({ ...failed, failure: undefined }),
		resultOf({ ...failed, failure: "reset" }),
		resultOf({ ...failed, retryAfterMs: "5" }),
		resultOf({ ...failed, told: { urls: ["file:///a"], checksums: [] } }),
		{ ...facts, results: [{ hand: "1", result: saved }] },
		{ ...facts, lost: [{ hand: 1, why: "killed" }] },
		{ ...facts, lost: [{ hand: 1, owner: "a" }] },
		{ ...facts, progress: [{ id: 1 }] },
		{ ...facts, progress: [{ id: 1, bytes: 1, slots: {} }] },
		{ ...facts, worker: 1e300 },
		{ ...facts, worker: 0 },
		{ ...facts, state: "gone" },
		{ ...facts, note: 1 },
		{ ...facts, refused: { batch: "a" } },
	];
	for (const message of bad)
		assert.throws(() => readMessage(message), { code: "cluster_message" }, JSON.stringify(message));
});

test("whatever path a coordinator has made safe, a worker takes as it is", () => {
	const piece = fc.oneof(
		fc.string(),
		fc.string({ unit: "grapheme" }),
		fc.constantFrom("..", ".", "/", "a", "COM1", "\\", " "),
	);
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 6 }), fc.array(piece, { maxLength: 4 }), (out, dir) => {
			const path = safeOutPath(out.join(""), dir.join("/"));
			if (path !== undefined) readBatch(batchOf({ out: path }));
			const folder = safeFolderPath(dir.join("/"));
			if (folder !== undefined && folder !== "") readBatch(batchOf({ folder }));
		}),
		{ numRuns: 2000 },
	);
});

test("another version of the protocol is refused, and named", () => {
	for (const read of [readBatch, readMessage, readInfo]) {
		assert.throws(
			() => read({ protocol: 99, tasks: [] }),
			new RegExp(`version 99 of the protocol.*this downspout ${protocol}:`),
		);
		assert.throws(() => read(null), { code: "cluster_message" });
	}
});

test("whatever stands there, reading it ends in a value or a cluster_message", () => {
	fc.assert(
		fc.property(fc.anything(), fc.boolean(), (value, isMarked) => {
			const given = isMarked && typeof value === "object" && value !== null ? { ...value, protocol } : value;
			for (const read of [readBatch, readMessage, readInfo]) {
				try {
					read(given);
				} catch (error) {
					assert.equal(error instanceof Error && "code" in error && error.code, "cluster_message");
				}
			}
		}),
	);
});

test("what is sealed opens with its key alone, unchanged alone", () => {
	const [one, other, none] = ["a key of 16 characters", "another key of 16 characters", undefined].map((key) =>
		createSeal(key),
	);
	assert(one && other && none);
	fc.assert(
		fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
			const text = one.close(value);
			assert.deepEqual(one.open(text), JSON.parse(JSON.stringify(value)));
			for (const seal of [other, none]) assert.throws(() => seal.open(text), { code: "cluster_message" });
			assert.throws(() => one.open(none.close(value)), { code: "cluster_message" });
			const bytes = Buffer.from(text.slice("sealed:".length), "base64");
			bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
			assert.throws(() => one.open(`sealed:${bytes.toString("base64")}`), { code: "cluster_message" });
		}),
	);
	assert(!one.close({ url: "http://secret.example" }).includes("secret"));
	assert.throws(() => createSeal("too short"), { code: "cluster_unusable" });
});

test("where files go is the worker's own to say, and so is whether addresses must be public", () => {
	const asked = resolveOptions({ dir: "/etc" }, { version: "0.0.0", cores: 2 });
	const bold = { ...asked, dirPath: "../../etc", bucket: { name: "mine", prefix: "" } };
	for (const [theirs, ours, denyPrivate] of [
		[false, false, false],
		[false, true, true],
		[true, false, true],
	] as const) {
		const options = ownOptions({ ...bold, denyPrivate: theirs }, { dir: "/sink", denyPrivate: ours });
		const { dir, dirPath, bucket } = options;
		assert.deepEqual({ dir, dirPath, bucket }, { dir: "/sink", dirPath: undefined, bucket: undefined });
		assert.equal(options.denyPrivate, denyPrivate);
	}
});
