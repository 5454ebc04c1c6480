/** The same command again after all files were saved: it must ask for nothing and end quickly. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatNumber } from "../src/bench/format.ts";
import { freshFolder } from "./fresh-folder.ts";
import { measuredGet } from "./measured-get.ts";
import { startNginx } from "./nginx.ts";

const { values } = parseArgs({ options: { files: { type: "string", default: "20000" } } });

await using folder = await freshFolder("rerun");
await using nginx = await startNginx(folder.path, { files: Number(values.files), sizeBytes: 10 * 1024 });
const args = [nginx.list, "--dir", join(folder.path, "files"), "--log-dir", join(folder.path, "logs")];
process.stdout.write("| run | seconds | requests |\n| --- | ---: | ---: |\n");
for (const run of ["first", "again", "once more"]) {
	const before = await nginx.requests();
	const { seconds } = await measuredGet(args, folder.path);
	// The question for the counter is a request too.
	const requests = (await nginx.requests()) - before - 1;
	process.stdout.write(`| ${run} | ${formatNumber(seconds)} | ${formatNumber(requests)} |\n`);
}
