/** The reader of responses: any cut of the same bytes gives the same answer, every truncation shows, and nothing makes it hang, crash or grow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ResponseHead } from "../../src/http/response-head.ts";
import { type EndOfInput, ResponseReader } from "../../src/http/response-reader.ts";

type Read = {
	readonly status: number | undefined;
	readonly body: string;
	readonly isOver: boolean;
	readonly problem: string;
	/** Bytes that belong to no response. */
	readonly left: number;
	readonly end: EndOfInput;
	readonly keeps: boolean;
};

/** Reads pieces one after the other, each from memory that is overwritten afterwards. */
function readAll(pieces: readonly Buffer[], method = "GET"): Read {
	const reader = new ResponseReader();
	reader.begin(method);
	let status: number | undefined;
	const body: Buffer[] = [];
	let left = 0;
	const sink = {
		onHead(head: ResponseHead) {
			assert.equal(status, undefined, "one final head");
			status = head.status;
			return true;
		},
		onBody(bytes: Buffer, start: number, end: number) {
			assert.ok(end > start);
			body.push(Buffer.from(bytes.subarray(start, end)));
			return true;
		},
	};
	for (const piece of pieces) {
		const lent = Buffer.from(piece);
		let at = 0;
		while (at < lent.length && !reader.isOver && reader.problem === "") {
			const next = reader.read(lent, at, lent.length, sink);
			assert.ok(next > at || reader.isOver || reader.problem !== "", "it goes on");
			at = next;
		}
		left += lent.length - at;
		lent.fill(0x58);
	}
	const { isOver, problem, keepsConnection: keeps } = reader;
	return {
		status,
		body: Buffer.concat(body).toString("latin1"),
		isOver,
		problem,
		left,
		end: reader.endOfInput(),
		keeps,
	};
}

/** Cuts bytes at the given places, taken modulo their number. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
	const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
	return [0, ...at].map((from, n) => bytes.subarray(from, at[n] ?? bytes.length)).filter(({ length }) => length > 0);
}

const newline = fc.constantFrom("\r\n", "\n");
const bodies = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const interim = fc.array(fc.constantFrom("100 Continue", "102 Processing", "103 Early Hints"), { maxLength: 3 });

const chunkedBodies = fc.record({
	chunks: fc.array(
		bodies.filter((text) => text !== ""),
		{ maxLength: 5 },
	),
	extension: fc.constantFrom("", ";a=b", ' ; a="b;c"', " ", "\t"),
	trailer: fc.constantFrom("", "X-Sum: abc"),
	newline,
});

/** A whole response, and what it brings. */
const responses = fc
	.record({
		newline,
		interim,
		body: bodies,
		framing: fc.constantFrom("length", "chunked", "close"),
		coded: chunkedBodies,
	})
	.map(({ newline: nl, interim, body, framing, coded }) => {
		const before = interim.map((status) => `HTTP/1.1 ${status}${nl}X: y${nl}${nl}`).join("");
		const head = `${before}HTTP/1.1 200 OK${nl}ETag: "x"${nl}`;
		if (framing === "length") return { text: `${head}Content-Length: ${body.length}${nl}${nl}${body}`, body, framing };
		if (framing === "close") return { text: `${head}Connection: close${nl}${nl}${body}`, body, framing };
		const n = coded.newline;
		const chunks = coded.chunks.map((one) => `${one.length.toString(16)}${coded.extension}${n}${one}${n}`).join("");
		const trailer = coded.trailer === "" ? "" : `${coded.trailer}${n}`;
		const text = `${head}Transfer-Encoding: chunked${nl}${nl}${chunks}0${n}${trailer}${n}`;
		return { text, body: coded.chunks.join(""), framing };
	});

test("any cut of a response gives the same answer", () => {
	fc.assert(
		fc.property(responses, fc.array(fc.nat(), { maxLength: 20 }), ({ text, body, framing }, places) => {
			const bytes = Buffer.from(text, "latin1");
			const whole = readAll([bytes]);
			assert.deepEqual(
				{ status: whole.status, body: whole.body, problem: whole.problem },
				{ status: 200, body, problem: "" },
			);
			assert.equal(whole.isOver, framing !== "close");
			assert.equal(whole.end, "complete");
			assert.equal(whole.keeps, framing !== "close");
			assert.deepEqual(readAll(cut(bytes, places)), whole);
			assert.deepEqual(readAll(Array.from(bytes, (byte) => Buffer.of(byte))), whole);
		}),
	);
});

test("every truncation shows, but where the framing allows it", () => {
	fc.assert(
		fc.property(responses, fc.nat(), ({ text, body, framing }, place) => {
			const bytes = Buffer.from(text, "latin1").subarray(0, place % text.length);
			const { end, problem, body: found, status } = readAll([bytes]);
			assert.equal(problem, "");
			if (bytes.length === 0) return assert.equal(end, "nothing");
			if (status === undefined) return assert.ok(end === "within-head");
			assert.ok(body.startsWith(found));
			assert.equal(end, framing === "close" ? "complete" : "within-body");
		}),
	);
});

test("what follows a response is not read", () => {
	fc.assert(
		fc.property(
			responses.filter(({ framing }) => framing !== "close"),
			fc.uint8Array({ minLength: 1 }),
			({ text, body }, more) => {
				const found = readAll([Buffer.concat([Buffer.from(text, "latin1"), more])]);
				assert.equal(found.left, more.length);
				assert.equal(found.body, body);
			},
		),
	);
});

test("no bytes make it hang or crash", () => {
	const noise = fc.oneof(
		fc.uint8Array({ maxLength: 2000 }),
		fc
			.uint8Array({ maxLength: 500 })
			.map((bytes) => Buffer.concat([Buffer.from("HTTP/1.1 200 OK\r\n"), bytes, Buffer.from("\r\n\r\n"), bytes])),
		fc
			.uint8Array({ maxLength: 500 })
			.map((bytes) => Buffer.concat([Buffer.from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), bytes])),
	);
	fc.assert(
		fc.property(noise, fc.array(fc.nat(), { maxLength: 9 }), (bytes, places) => {
			const pieces = cut(Buffer.from(bytes), places);
			assert.deepEqual(readAll(pieces), readAll(pieces));
		}),
	);
});

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

const broken: readonly (readonly [name: string, text: string, problem: RegExp])[] = [
	["a chunk size that is no number", `${chunked}zz\r\n`, /chunk size that is no number/],
	["an empty chunk size", `${chunked}\r\n`, /chunk size that is no number/],
	["words behind a chunk's size", `${chunked}5 five\r\n`, /chunk size that is no number/],
	["a chunk size of 2^64", `${chunked}10000000000000000\r\n`, /beyond 2\^53/],
	["a chunk size without end", `${chunked}${"0".repeat(20_000)}`, /beyond 2\^53/],
	["a chunk extension without end", `${chunked}1;${"x".repeat(20_000)}`, /extension without end/],
	["a chunk that is longer than it says", `${chunked}1\r\nab\r\n`, /longer than it says/],
	["trailers without end", `${chunked}0\r\n${"a: b\r\n".repeat(20_000)}`, /trailers larger than 64 KiB/],
	["a head without end", `HTTP/1.1 200 OK\r\nX: ${"y".repeat(70_000)}`, /head larger than 64 KiB/],
	[
		"a head that is too large, and ends",
		`HTTP/1.1 200 OK\r\nX: ${"y".repeat(70_000)}\r\n\r\n`,
		/head larger than 64 KiB/,
	],
	["interim answers without end", "HTTP/1.1 100 Continue\r\n\r\n".repeat(4000), /head larger than 64 KiB/],
	["a switch of protocols", "HTTP/1.1 101 Switching Protocols\r\n\r\n", /switch of protocols/],
	["no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", /no HTTP\/1 status line/],
	[
		"a coding that was not asked for",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
		/not asked for: gzip, chunked/,
	],
	["a coding besides chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, another\r\n\r\n", /not asked for/],
	["an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: xyz\r\n\r\n", /not asked for/],
	["deflate", "HTTP/1.1 200 OK\r\nTransfer-Encoding: deflate\r\nContent-Length: 5\r\n\r\nhello", /not asked for/],
];

for (const [name, text, problem] of broken) {
	test(`${name} is refused, however it arrives`, () => {
		const bytes = Buffer.from(text, "latin1");
		assert.match(readAll([bytes]).problem, problem);
		assert.match(readAll(cut(bytes, [1, 7, 20, 52, 60, 1000, 40_000])).problem, problem);
	});
}

type Framing = {
	readonly name: string;
	readonly text: string;
	readonly method?: string;
	readonly body: string;
	readonly left?: number;
	readonly keeps: boolean;
	readonly isOver?: boolean;
};

const framings: readonly Framing[] = [
	{ name: "HEAD", text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", method: "HEAD", body: "", keeps: true },
	{ name: "204", text: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", body: "", keeps: true },
	{ name: "304", text: "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", body: "", keeps: true },
	{ name: "a length of 0", text: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", body: "", keeps: true },
	{ name: "HTTP/1.0", text: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", body: "hi", keeps: false },
	{
		name: "HTTP/1.0 that keeps",
		text: "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi",
		body: "hi",
		keeps: true,
	},
	{
		name: "HTTP/1.0 with chunks",
		text: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
		body: "hi",
		keeps: false,
	},
	{
		name: "Connection: close",
		text: "HTTP/1.1 200 OK\r\nConnection: upgrade, Close\r\nContent-Length: 2\r\n\r\nhi",
		body: "hi",
		keeps: false,
	},
	{
		name: "Connection: close beside a length of 0",
		text: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
		body: "",
		keeps: false,
	},
	{
		name: "chunks beside a length",
		text: "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
		body: "hi",
		keeps: false,
	},
	{
		name: "the coding identity",
		text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nhi",
		body: "hi",
		keeps: false,
	},
	{
		name: "chunk lines that end with LF",
		text: "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2 \nhi\n0\n\n",
		body: "hi",
		keeps: true,
	},
	{ name: "no length", text: "HTTP/1.1 200 OK\r\n\r\nhi", body: "hi", keeps: false, isOver: false },
];

for (const { name, text, method = "GET", body, keeps, isOver = true } of framings) {
	test(`${name}: where the body ends, and whether the connection is kept`, () => {
		const found = readAll([Buffer.from(text, "latin1")], method);
		assert.deepEqual(
			{ body: found.body, keeps: found.keeps, isOver: found.isOver, problem: found.problem, left: found.left },
			{ body, keeps, isOver, problem: "", left: 0 },
		);
	});
}

test("memory stays small, however a head comes", () => {
	const reader = new ResponseReader();
	reader.begin("GET");
	const sink = { onHead: () => true, onBody: () => true };
	const before = process.memoryUsage().arrayBuffers;
	const byte = Buffer.from("HTTP/1.1 200 OK\r\nX: ");
	for (const one of byte) reader.read(Buffer.of(one), 0, 1, sink);
	const filler = Buffer.from("y");
	let sent = 0;
	for (; reader.problem === "" && sent < 1_000_000; sent++) reader.read(filler, 0, 1, sink);
	assert.match(reader.problem, /larger than 64 KiB/);
	assert.ok(sent < 66_000);
	assert.ok(process.memoryUsage().arrayBuffers - before < 4 * 1024 * 1024);
});
