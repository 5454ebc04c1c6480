/** What a checksum costs: one file of 1 GiB from loopback, with and without, in turn. */
import { createHash } from "node:crypto";
import { createReadStream, writeFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { formatNumber } from "../src/bench/format.ts";
import { startOriginProcess } from "../src/bench/workload/origin-process.ts";
import { freshFolder } from "./fresh-folder.ts";
import { measuredGet } from "./measured-get.ts";
import { startNginx } from "./nginx.ts";

const { values } = parseArgs({
	options: {
		runs: { type: "string", default: "5" },
		mebibytes: { type: "string", default: "1024" },
		method: { type: "string", default: "async" },
		/** `nginx` takes a tenth of the processor time of the lab origin. */
		server: { type: "string", default: "origin" },
	},
});

await using folder = await freshFolder("checksum");
const sizeBytes = Number(values.mebibytes) * 2 ** 20;
await using server = await startServer();
const { list } = server;
const dir = join(folder.path, "files");

await get(list);
const [name = ""] = (await readdir(dir)).filter((found) => !found.startsWith("."));
const hash = createHash("sha256");
await pipeline(createReadStream(join(dir, name)), hash);
const checked = join(folder.path, "checked.txt");
writeFileSync(checked, `${(await readFile(list, "utf8")).trimEnd()}\n checksum=sha-256=${hash.digest("hex")}\n`);

type Cost = { readonly seconds: number; readonly cpuSeconds: number };
const plain: Cost[] = [];
const withChecksum: Cost[] = [];
for (let run = 0; run < Number(values.runs); run++) {
	plain.push(await get(list));
	withChecksum.push(await get(checked));
}
const [without, and] = [medians(plain), medians(withChecksum)];
process.stdout.write("| | seconds | processor seconds |\n| --- | ---: | ---: |\n");
process.stdout.write(row("without", without));
process.stdout.write(row("with a SHA-256", and));
process.stdout.write(
	row("ratio", { seconds: and.seconds / without.seconds, cpuSeconds: and.cpuSeconds / without.cpuSeconds }),
);

async function startServer(): Promise<AsyncDisposable & { readonly list: string }> {
	if (values.server === "nginx") return startNginx(folder.path, { files: 1, sizeBytes });
	const path = join(folder.path, "plain.txt");
	const options = { files: 1, size: { kind: "fixed", sizeBytes }, list: path } as const;
	const origin = await startOriginProcess(options, new AbortController().signal);
	return { list: path, [Symbol.asyncDispose]: () => origin[Symbol.asyncDispose]() };
}

async function get(path: string): Promise<Cost> {
	await rm(dir, { recursive: true, force: true });
	const logs = join(folder.path, "logs");
	const args = [path, "--dir", dir, "--log-dir", logs, "--method", values.method];
	const { seconds, figures } = await measuredGet(args, folder.path);
	return { seconds, cpuSeconds: figures.cpuSeconds ?? Number.NaN };
}

function medians(found: readonly Cost[]): Cost {
	const median = (of: (cost: Cost) => number): number =>
		found.map(of).toSorted((a, b) => a - b)[Math.floor(found.length / 2)] ?? Number.NaN;
	return { seconds: median(({ seconds }) => seconds), cpuSeconds: median(({ cpuSeconds }) => cpuSeconds) };
}

function row(what: string, { seconds, cpuSeconds }: Cost): string {
	return `| ${what} | ${formatNumber(seconds)} | ${formatNumber(cpuSeconds)} |\n`;
}
