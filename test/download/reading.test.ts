/** Answers that arrive in pieces on several connections at once: all of them are read into the same memory, and none may see another's bytes. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { byLine, filesIn, runList } from "../run/run-list.ts";
import { serveRaw } from "./serve.ts";

type Framing = "length" | "chunked" | "close";

type Shape = {
	readonly framing: Framing;
	readonly bytes: number;
	/** Bytes of a field before those that matter. */
	readonly padding: number;
	/** Sizes of the writes, in turn and from the beginning again. */
	readonly pieces: readonly number[];
};

type Answer = Shape & { readonly name: string; readonly body: Buffer };

/** At most so many writes an answer, so that one of bytes does not take minutes. */
const mostPieces = 400;

const shapes = fc.array(
	fc.record<Shape>({
		framing: fc.constantFrom<Framing>("length", "chunked", "close"),
		bytes: fc.oneof(fc.nat(40), fc.nat(20_000), fc.nat(700_000)),
		padding: fc.oneof(fc.nat(20), fc.nat(9000)),
		pieces: fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 90_000 })), {
			minLength: 1,
			maxLength: 5,
		}),
	}),
	{ minLength: 2, maxLength: 10 },
);

function headOf({ framing, name, padding, bytes }: Answer): string {
	const fields = {
		length: `Content-Length: ${bytes}`,
		chunked: "Transfer-Encoding: chunked\r\nTrailer: X-Sum",
		close: "Connection: close",
	};
	return `HTTP/1.1 200 OK\r\nX-Padding: ${"p".repeat(padding)}\r\n${fields[framing]}\r\nContent-Disposition: attachment; filename="${name}"\r\n\r\n`;
}

function bodyOf({ framing, body, pieces }: Answer): Buffer[] {
	if (framing !== "chunked") return [body];
	const size = Math.max(1, Math.ceil(body.length / 7), (pieces[0] ?? 1) - 1);
	const parts: Buffer[] = [];
	for (let from = 0; from < body.length; from += size) {
		const part = body.subarray(from, from + size);
		parts.push(Buffer.from(`${part.length.toString(16)};ext=1\r\n`), part, Buffer.from("\r\n"));
	}
	return [...parts, Buffer.from("0\r\nX-Sum: abc\r\n\r\n")];
}

async function send(socket: Socket, answer: Answer): Promise<void> {
	socket.setNoDelay();
	const all = Buffer.concat([Buffer.from(headOf(answer)), ...bodyOf(answer)]);
	const least = Math.ceil(all.length / mostPieces);
	for (let from = 0, nth = 0; from < all.length; nth++) {
		const to = from + Math.max(least, answer.pieces[nth % answer.pieces.length] ?? least);
		socket.write(all.subarray(from, to));
		from = to;
		await setImmediate();
	}
	if (answer.framing === "close") socket.end();
}

test("every file has its own bytes and name, however they arrive", async (context) => {
	let answers: readonly Answer[] = [];
	const server = await serveRaw(context, (socket, head) => {
		const answer = answers[Number(head.split(" ")[1]?.slice(1))];
		if (answer) void send(socket, answer);
	});
	await fc.assert(
		fc.asyncProperty(shapes, async (drawn) => {
			answers = drawn.map((shape, nth) => ({ ...shape, name: `file-${nth}.bin`, body: randomBytes(shape.bytes) }));
			const list = answers.map((_, nth) => `${server.url}/${nth}\n`).join("");
			const { dir, outcomes } = await runList(context, list);
			assert.deepEqual(
				byLine(outcomes).map(({ error, file }) => ({ error, file })),
				answers.map(({ name }) => ({ error: undefined, file: name })),
			);
			assert.equal(filesIn(dir).length, answers.length);
			for (const { name, body } of answers) assert.ok(body.equals(readFileSync(join(dir, name))), name);
		}),
		{ numRuns: 60 },
	);
});
