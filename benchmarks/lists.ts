/** Reading lists alone, in every format: rows a second, and peak memory with many rows beside that with few. */
import { execFileSync } from "node:child_process";
import { createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { formatBytes, formatNumber } from "../src/bench/format.ts";
import { openLists } from "../src/list/open-lists.ts";
import { freshFolder } from "./fresh-folder.ts";

const { values } = parseArgs({
	options: {
		rows: { type: "string", default: "10000,1000000" },
		formats: { type: "string", default: "txt,txt.gz,jsonl,json,csv,tsv,meta4,parquet" },
		/** Each measurement is made so many times, and the best rate counts: others use the machine too. */
		runs: { type: "string", default: "3" },
		/** Reads this list and prints what it took: for the process that is measured. */
		read: { type: "string" },
	},
});

/** What one row of a list is. */
const url = (row: number): string => `https://data.example.org/images/batch-${row % 97}/${row}.jpg`;
const out = (row: number): string => `images/${row}.jpg`;

type Text = { readonly head?: string; row(row: number): string; readonly foot?: string };

const texts: ReadonlyMap<string, Text> = new Map([
	["txt", { row: (row) => `${url(row)}\n  out=${out(row)}\n` }],
	["jsonl", { row: (row) => `{"id":${row},"url":"${url(row)}","out":"${out(row)}"}\n` }],
	[
		"json",
		{
			head: "[",
			row: (row) => `${row === 0 ? "" : ","}\n{"id":${row},"url":"${url(row)}","out":"${out(row)}"}`,
			foot: "]",
		},
	],
	[
		"csv",
		{ head: "id,url,out,caption\n", row: (row) => `${row},${url(row)},${out(row)},"a caption, of ""${row}"""\n` },
	],
	["tsv", { head: "id\turl\tout\n", row: (row) => `${row}\t${url(row)}\t${out(row)}\n` }],
	[
		"meta4",
		{
			head: '<?xml version="1.0"?><metalink xmlns="urn:ietf:params:xml:ns:metalink">',
			row: (row) => `<file name="${out(row)}"><size>1</size><url priority="1">${url(row)}</url></file>\n`,
			foot: "</metalink>",
		},
	],
]);

if (values.read !== undefined) await measureReading(values.read);
else await compare();

async function measureReading(path: string): Promise<void> {
	const startedMs = performance.now();
	let entries = 0;
	let firstMs = 0;
	await using list = await openLists([path], {}, new AbortController().signal);
	for await (const batch of list.entries(() => undefined)) {
		firstMs ||= performance.now() - startedMs;
		entries += batch.length;
	}
	const seconds = (performance.now() - startedMs) / 1000;
	// Not what getrusage says: that begins with the memory of the process that started this one.
	const peakBytes = Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;
	process.stdout.write(JSON.stringify({ entries, seconds, firstMs, peakBytes }));
}

type Measured = {
	readonly entries: number;
	readonly seconds: number;
	readonly firstMs: number;
	readonly peakBytes: number;
};

async function compare(): Promise<void> {
	await using folder = await freshFolder("lists");
	process.stdout.write("| format | rows | rows a second | first entry | peak memory | ratio |\n");
	process.stdout.write("| --- | ---: | ---: | ---: | ---: | ---: |\n");
	for (const format of values.formats.split(",")) {
		let least: number | undefined;
		for (const rows of values.rows.split(",").map(Number)) {
			const path = join(folder.path, `${rows}.${format}`);
			await writeList(path, format, rows);
			const { entries, seconds, firstMs, peakBytes } = measure(path);
			if (entries !== rows) throw new Error(`${entries} of ${rows} rows of ${format} were read`);
			least ??= peakBytes;
			const cells = [
				formatNumber(rows),
				formatNumber(rows / seconds),
				`${formatNumber(firstMs)} ms`,
				formatBytes(peakBytes),
			];
			process.stdout.write(`| ${format} | ${cells.join(" | ")} | ${formatNumber(peakBytes / least)} |\n`);
		}
	}
}

/** In a process of its own: memory is looked at as a whole. */
function measure(path: string): Measured {
	const once = (): Measured =>
		JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), "--read", path], { encoding: "utf8" }));
	const runs = Array.from({ length: Number(values.runs) }, once).sort((a, b) => a.seconds - b.seconds);
	const [best = once()] = runs;
	return { ...best, peakBytes: Math.max(...runs.map(({ peakBytes }) => peakBytes)) };
}

async function writeList(path: string, format: string, rows: number): Promise<void> {
	if (format === "parquet") return writeParquet(path, rows);
	const text = texts.get(format.replace(/\.gz$/, ""));
	if (text === undefined) throw new Error(`no list of the format ${format} can be made`);
	await pipeline(Readable.from(lines(text, rows)), createWriteStream(path));
	if (format.endsWith(".gz")) writeFileSync(path, gzipSync(readFileSync(path)));
}

function* lines({ head = "", row, foot = "" }: Text, rows: number): Generator<string> {
	yield head;
	for (let from = 0; from < rows; from += 1000) {
		yield Array.from({ length: Math.min(1000, rows - from) }, (_, index) => row(from + index)).join("");
	}
	yield foot;
}

function writeParquet(path: string, rows: number): void {
	const numbers = Array.from({ length: rows }, (_, row) => row);
	const buffer = parquetWriteBuffer({
		columnData: [
			{ name: "id", data: numbers, type: "INT32" },
			{ name: "url", data: numbers.map(url), type: "STRING" },
			{ name: "out", data: numbers.map(out), type: "STRING" },
		],
		rowGroupSize: 100_000,
	});
	writeFileSync(path, new Uint8Array(buffer));
}
