/** --checksums and what entries say of their bytes: a file that differs never gets its name. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Entry } from "../../src/core/entry.ts";
import { serve } from "../download/serve.ts";
import { byLine, entryOf, filesIn, partsIn, runList } from "./run-list.ts";

const hex = (text: string, algorithm = "sha256"): string => createHash(algorithm).update(text).digest("hex");

/** Serves paths as their own text, and those below /named under a name that the response gives. */
async function servePaths(context: Parameters<typeof serve>[0]): Promise<string> {
	const { url } = await serve(context, (request, response) => {
		const path = request.url ?? "";
		if (path.startsWith("/named")) response.setHeader("content-disposition", 'attachment; filename="from head.txt"');
		response.end(`text of ${path}`);
	});
	return url;
}

for (const method of ["async", "threads", "processes"] as const) {
	test(`${method}: files are checked by the names that are listed, and by those that a response gives`, async (context) => {
		const url = await servePaths(context);
		const checksums = [
			`${hex("text of /good.txt")}  good.txt`,
			`${hex("x")}  bad.txt`,
			`${hex("text of /sub/deep.txt", "md5")} *sub/deep.txt`,
			`SHA1 (given/name.txt) = ${hex("text of /out", "sha1")}`,
			`${hex("text of /named")}  from head.txt`,
			`${hex("nothing")}  nowhere.txt`,
		].join("\n");
		const list = `${url}/good.txt\n${url}/bad.txt\n${url}/sub/deep.txt\n${url}/out\n out=given/name.txt\n${url}/named\n${url}/free.txt\n`;
		const options = { method, checksums, retries: 0 };
		const { outcomes, dir, warnings } = await runList(context, list, { options });
		assert.deepEqual(
			byLine(outcomes).map(({ file, error }) => error?.code ?? file),
			["good.txt", "checksum", "deep.txt", "given/name.txt", "from head.txt", "free.txt"],
		);
		assert.deepEqual(warnings, [
			"--checksums: lines that match no file of the list: 1 of 6, the first is of nowhere.txt",
		]);
		assert.deepEqual(partsIn(dir), []);

		const wrong = checksums.replace(hex("text of /named"), hex("y"));
		const second = await runList(context, `${url}/named\n`, { options: { ...options, checksums: wrong } });
		assert.equal(second.outcomes[0]?.error?.code, "checksum");
		assert.deepEqual([filesIn(second.dir), partsIn(second.dir)], [[], []]);
	});
}

test("the same list again matches its lines too, though nothing is fetched", async (context) => {
	const url = await servePaths(context);
	const options = { checksums: `${hex("text of /a")}  a\n${hex("text of /named")}  from head.txt\n` };
	const first = await runList(context, `${url}/a\n${url}/named\n`, { options });
	const again = await runList(context, `${url}/a\n${url}/named\n`, { options, dir: first.dir });
	assert.deepEqual([again.summary.skipped, again.warnings], [2, []]);
});

test("all checksums of an entry must hold, and a size that is not met is no file", async (context) => {
	const url = await servePaths(context);
	const text = "text of /a";
	const good = [`md5:${hex(text, "md5")}`, `sha-256=${hex(text)}`];
	const cases: readonly (readonly [Partial<Entry>, string])[] = [
		[{ checksums: good }, "a"],
		[{ checksums: [...good, `sha-1=${hex("other", "sha1")}`] }, "checksum"],
		[{ checksums: [`md5:${hex("other", "md5")}`, ...good] }, "checksum"],
		[{ checksums: [...good, "sha-1=00"] }, "checksum"],
		[{ sizeBytes: text.length }, "a"],
		[{ sizeBytes: text.length + 1 }, "truncated"],
		[{ sizeBytes: text.length - 1 }, "too_large"],
		[{ pieces: { algorithm: "sha1", lengthBytes: 8, hexes: [hex("text of ", "sha1"), hex("/a", "sha1")] } }, "a"],
		[
			{ pieces: { algorithm: "sha1", lengthBytes: 8, hexes: [hex("text of ", "sha1"), hex("/b", "sha1")] } },
			"checksum",
		],
		[{ pieces: { algorithm: "md5", lengthBytes: 10, hexes: [hex(text, "md5"), hex("", "md5")] } }, "checksum"],
		[{ range: "0-" }, "invalid_option"],
		[{ range: "5-4" }, "invalid_option"],
		[{ headers: [["Range", "bytes=1-"]] }, "invalid_option"],
	];
	for (const [demands, expected] of cases) {
		const { outcomes, dir } = await runList(context, [entryOf(`${url}/a`, demands)], { options: { retries: 0 } });
		assert.equal(outcomes[0]?.error?.code ?? outcomes[0]?.file, expected, JSON.stringify(demands));
		// The pieces that hold stay for the next run, which asks for the others alone.
		const isPartlyRight = demands.pieces?.hexes.includes(hex("text of ", "sha1")) ?? false;
		if (expected !== "a") assert.deepEqual([filesIn(dir), partsIn(dir).length], [[], isPartlyRight ? 1 : 0]);
	}
});

test("a file that is larger than a chunk is checked piece by piece", async (context) => {
	const body = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
	const { url } = await serve(context, (_request, response) => response.end(body));
	const lengthBytes = 262_144;
	const hexes = Array.from({ length: Math.ceil(body.length / lengthBytes) }, (_, piece) =>
		createHash("sha256")
			.update(body.subarray(piece * lengthBytes, (piece + 1) * lengthBytes))
			.digest("hex"),
	);
	const good = { algorithm: "sha256", lengthBytes, hexes } as const;
	const bad = { ...good, hexes: hexes.with(5, hex("")) };
	const entries = [
		{ ...entryOf(`${url}/good`), pieces: good },
		{ ...entryOf(`${url}/bad`), pieces: bad },
	];
	const { outcomes } = await runList(context, entries, { options: { retries: 0 } });
	assert.equal(outcomes.find(({ url: of }) => of.endsWith("good"))?.status, "saved");
	assert.match(
		outcomes.find(({ url: of }) => of.endsWith("bad"))?.error?.message ?? "",
		/1 pieces differ, the first is 5/,
	);
});
