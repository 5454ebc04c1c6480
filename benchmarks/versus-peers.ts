/** downspout beside curl, wget2 and aria2c: 20,000 files of 10 KiB from nginx on this machine, in one interleaved run. */
import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runBench } from "../src/bench/bench.ts";
import { resolveBenchOptions } from "../src/bench/options.ts";
import { freshFolder } from "./fresh-folder.ts";
import { startNginx } from "./nginx.ts";
import { builtProgram, readVersion } from "./program.ts";

const { values } = parseArgs({
	options: {
		files: { type: "string", default: "20000" },
		runs: { type: "string", default: "7" },
		methods: { type: "string", default: "async,threads,processes,mix" },
		peers: { type: "string", default: "curl,wget2,aria2c" },
		concurrency: { type: "string", default: "32" },
		out: { type: "string", default: "bench/versus-peers" },
	},
});

if (existsSync(values.out)) throw new Error(`${values.out} is there already: --out names a folder that is not`);

const controller = new AbortController();
process.once("SIGINT", () => controller.abort());

await using folder = await freshFolder("versus-peers");
await using nginx = await startNginx(folder.path, { files: Number(values.files), sizeBytes: 10 * 1024 });
const { methods, peers, runs, concurrency } = values;
// The runs write below the report's folder: in memory, like the server's files.
const report = join(folder.path, "report");
const end = await runBench(resolveBenchOptions({ methods, peers, runs, concurrency, out: report }, nginx.list), {
	program: builtProgram(),
	version: readVersion(),
	run: "versus-peers",
	title: `${Number(values.files).toLocaleString("en-GB")} files of 10 KiB from nginx on the same machine`,
	signal: controller.signal,
	tell: (line) => void process.stderr.write(`${line}\n`),
});
await cp(report, values.out, { recursive: true, errorOnExist: true, force: false });
process.stdout.write(`${end.text}report: ${values.out}\n`);
process.exitCode = end.exitCode;
