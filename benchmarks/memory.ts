/** Peak memory at 10,000 and at 100,000 listed URLs: it must not grow with the list, but for the keys of the URLs. */
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { formatBytes, formatNumber } from "../src/bench/format.ts";
import { startOriginProcess } from "../src/bench/workload/origin-process.ts";
import { freshFolder } from "./fresh-folder.ts";
import { measuredGet } from "./measured-get.ts";

const { values } = parseArgs({
	options: {
		methods: { type: "string", default: "async,threads,processes,mix" },
		files: { type: "string", default: "10000,100000" },
		/** A host that refuses connections, and is given up: all others end without a request, and ten million lines take two minutes. */
		refused: { type: "boolean", default: false },
	},
});

await using folder = await freshFolder("memory");
process.stdout.write("| method | files | seconds | peak memory |\n| --- | ---: | ---: | ---: |\n");
for (const method of values.methods.split(",")) {
	const peaks: number[] = [];
	for (const files of values.files.split(",").map(Number)) {
		const list = join(folder.path, `${method}-${files}.txt`);
		await using _origin = values.refused ? await writeRefused(list, files) : await startOrigin(list, files);
		const out = join(folder.path, `${method}-${files}`);
		const dirs = ["--dir", join(out, "files"), "--log-dir", join(out, "logs")];
		const { seconds, figures } = await measuredGet(
			[list, ...dirs, "--method", method],
			folder.path,
			values.refused ? 1 : 0,
		);
		await rm(out, { recursive: true });
		const peak = figures.peakRssBytes ?? Number.NaN;
		peaks.push(peak);
		process.stdout.write(`| ${method} | ${formatNumber(files)} | ${formatNumber(seconds)} | ${formatBytes(peak)} |\n`);
	}
	const [first = Number.NaN] = peaks;
	process.stdout.write(`| ${method} | ratio | | ${formatNumber((peaks.at(-1) ?? Number.NaN) / first)} |\n`);
}

function startOrigin(list: string, files: number): Promise<AsyncDisposable> {
	const request = { files, size: { kind: "fixed", sizeBytes: 1024 }, list } as const;
	return startOriginProcess(request, new AbortController().signal);
}

/** Nobody listens at the port for `discard`. */
async function writeRefused(list: string, files: number): Promise<undefined> {
	const lines = function* (): Generator<string> {
		for (let line = 0; line < files; line++) yield `http://127.0.0.1:9/images/${line}.jpg\n`;
	};
	await pipeline(Readable.from(lines()), createWriteStream(list));
}
