/** The decoder with the library for zstd, as on a Node that has none: whole, cut, wrong and hostile bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { loadDecoders, readCodings } from "../../src/codings/decoder.ts";

type Decoded = { readonly bytes: number; readonly text: string; readonly problem?: string; readonly isCut?: boolean };

/** @param most - Stops when more bytes have come. */
async function decode(body: Buffer, most = Number.POSITIVE_INFINITY): Promise<Decoded> {
	const createDecoder = await loadDecoders(false);
	return new Promise((resolve) => {
		let bytes = 0;
		let text = "";
		const pieces = Array.from({ length: Math.ceil(body.length / 1000) }, (_, n) =>
			body.subarray(n * 1000, (n + 1) * 1000),
		);
		const write = (): void => {
			for (let piece = pieces.shift(); piece; piece = pieces.shift()) if (!decoder.write(piece)) return;
			decoder.end();
		};
		const decoder = createDecoder(["zstd"], {
			onBytes(chunk) {
				bytes += chunk.length;
				if (text.length < 100_000) text += chunk;
				if (bytes > most) {
					decoder.destroy();
					resolve({ bytes, text });
				}
			},
			onEnd: () => resolve({ bytes, text }),
			onProblem: (problem, isCut) => resolve({ bytes, text, problem, isCut }),
			onRoom: write,
		});
		write();
	});
}

const text = Array.from({ length: 5000 }, (_, n) => `line ${n}\n`).join("");

test("what was packed comes out whole", async () => {
	const decoded = await decode(zstdCompressSync(text));
	assert.ok(decoded.text === text, decoded.text.slice(0, 100));
});

test("what is cut is told to be cut, and what is wrong to be wrong", async () => {
	const cut = await decode(zstdCompressSync(text).subarray(0, -20));
	assert.deepEqual([cut.problem !== undefined, cut.isCut], [true, true]);
	const wrong = await decode(Buffer.from("this is no zstd at all"));
	assert.deepEqual([wrong.problem !== undefined, wrong.isCut], [true, false]);
});

test("a bomb comes out piece by piece, and can be stopped", async () => {
	const { bytes } = await decode(zstdCompressSync(Buffer.alloc(100_000_000)), 1_000_000);
	assert.ok(bytes < 20_000_000, `${bytes} bytes`);
});

test("codings are read in any case, those that change nothing are left out, and others are named", () => {
	const cases: readonly (readonly [string, unknown])[] = [
		["gzip", ["gzip"]],
		["GZIP , Br", ["gzip", "br"]],
		["x-gzip, identity,", ["gzip"]],
		["", []],
		["identity", []],
		["aws-chunked,zstd", ["zstd"]],
		["compress", { unknown: "compress" }],
		["gzip;q=1", { unknown: "gzip;q=1" }],
	];
	for (const [field, expected] of cases) assert.deepEqual(readCodings(field), expected, field);
});
