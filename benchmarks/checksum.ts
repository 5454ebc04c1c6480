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

const { values } = parseArgs({
	options: {
		runs: { type: "string", default: "5" },
		mebibytes: { type: "string", default: "1024" },
		method: { type: "string", default: "async" },
	},
});

await using folder = await freshFolder("checksum");
const list = join(folder.path, "plain.txt");
const size = { kind: "fixed", sizeBytes: Number(values.mebibytes) * 2 ** 20 } as const;
await using _origin = await startOriginProcess({ files: 1, size, list }, new AbortController().signal);
const dir = join(folder.path, "files");

await get(list);
const [name = ""] = (await readdir(dir)).filter((found) => !found.startsWith("."));
const hash = createHash("sha256");
await pipeline(createReadStream(join(dir, name)), hash);
const checked = join(folder.path, "checked.txt");
writeFileSync(checked, `${(await readFile(list, "utf8")).trimEnd()}\n checksum=sha-256=${hash.digest("hex")}\n`);

const plain: number[] = [];
const withChecksum: number[] = [];
for (let run = 0; run < Number(values.runs); run++) {
	plain.push(await get(list));
	withChecksum.push(await get(checked));
}
const [without, and] = [median(plain), median(withChecksum)];
process.stdout.write("| | seconds |\n| --- | ---: |\n");
process.stdout.write(`| without | ${formatNumber(without)} |\n| with a SHA-256 | ${formatNumber(and)} |\n`);
process.stdout.write(`| ratio | ${formatNumber(and / without)} |\n`);

async function get(path: string): Promise<number> {
	await rm(dir, { recursive: true, force: true });
	const logs = join(folder.path, "logs");
	const { seconds } = await measuredGet(
		[path, "--dir", dir, "--log-dir", logs, "--method", values.method],
		folder.path,
	);
	return seconds;
}

function median(found: readonly number[]): number {
	return found.toSorted((a, b) => a - b)[Math.floor(found.length / 2)] ?? Number.NaN;
}
