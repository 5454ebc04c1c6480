/** Peak memory at 10,000 and at 100,000 listed URLs: it must not grow with the list. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatBytes, formatNumber } from "../src/bench/format.ts";
import { startOriginProcess } from "../src/bench/workload/origin-process.ts";
import { freshFolder } from "./fresh-folder.ts";
import { measuredGet } from "./measured-get.ts";

const { values } = parseArgs({
	options: {
		methods: { type: "string", default: "async,threads,processes,mix" },
		files: { type: "string", default: "10000,100000" },
	},
});

await using folder = await freshFolder("memory");
process.stdout.write("| method | files | seconds | peak memory |\n| --- | ---: | ---: | ---: |\n");
for (const method of values.methods.split(",")) {
	const peaks: number[] = [];
	for (const files of values.files.split(",").map(Number)) {
		const list = join(folder.path, `${method}-${files}.txt`);
		const request = { files, size: { kind: "fixed", sizeBytes: 1024 }, list } as const;
		await using _origin = await startOriginProcess(request, new AbortController().signal);
		const out = join(folder.path, `${method}-${files}`);
		const dirs = ["--dir", join(out, "files"), "--log-dir", join(out, "logs")];
		const { seconds, figures } = await measuredGet([list, ...dirs, "--method", method], folder.path);
		const peak = figures.peakRssBytes ?? Number.NaN;
		peaks.push(peak);
		process.stdout.write(`| ${method} | ${formatNumber(files)} | ${formatNumber(seconds)} | ${formatBytes(peak)} |\n`);
	}
	const [first = Number.NaN] = peaks;
	process.stdout.write(`| ${method} | ratio | | ${formatNumber((peaks.at(-1) ?? Number.NaN) / first)} |\n`);
}
