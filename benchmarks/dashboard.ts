/** What the dashboard costs a run of many small files: without it, with it while nobody looks, and with its page in a browser. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { formatNumber } from "../src/bench/format.ts";
import { medianInterval } from "../src/bench/statistics/interval.ts";
import { freshFolder } from "./fresh-folder.ts";
import { startNginx } from "./nginx.ts";
import { builtProgram } from "./program.ts";

const { values } = parseArgs({
	options: { files: { type: "string", default: "50000" }, rounds: { type: "string", default: "7" } },
});

await using folder = await freshFolder("dashboard");
await using nginx = await startNginx(folder.path, { files: Number(values.files), sizeBytes: 10 * 1024 });
const browser = await chromium.launch({
	executablePath: "/usr/bin/chromium",
	args: ["--no-sandbox", "--headless", "--disable-gpu"],
});

/** Its processor time is that of the process by the time that it has printed its summary. */
const report = join(folder.path, "report.cjs");
await writeFile(
	report,
	`const { write } = process.stdout;
process.stdout.write = (chunk, ...rest) => {
	const { user, system } = process.cpuUsage();
	return write.call(process.stdout, String(chunk).replace(/^{/, () => '{"cpuSeconds":' + (user + system) / 1e6 + ","), ...rest);
};`,
);

const kinds = ["without", "nobody looks", "page open"] as const;
type Kind = (typeof kinds)[number];
type Figures = { readonly seconds: number; readonly cpuSeconds: number };

let runs = 0;

async function measure(kind: Kind): Promise<Figures> {
	const [file, ...command] = builtProgram();
	const dir = join(folder.path, `files-${++runs}`);
	const args = [nginx.list, "-d", dir, "--log-dir", join(folder.path, "logs"), "-m", "async", "--json", "-q"];
	const child = spawn(file, ["--require", report, ...command, ...args, ...(kind === "without" ? [] : ["--dashboard"])]);
	const exited = once(child, "exit");
	const page = kind === "page open" ? await browser.newPage() : undefined;
	child.stderr.on("data", (chunk) => {
		const address = /http:\S+/.exec(String(chunk))?.[0];
		if (address !== undefined) void page?.goto(address).catch(() => undefined);
	});
	const printed = text(child.stdout);
	await once(child.stdout, "readable");
	await page?.close();
	await exited;
	// They lie in memory, and there are many runs.
	await rm(dir, { recursive: true });
	const { seconds, cpuSeconds }: Figures = JSON.parse(await printed);
	return { seconds, cpuSeconds };
}

const all = new Map<Kind, Figures[]>(kinds.map((kind) => [kind, []]));
await measure("without");
for (let round = 0; round < Number(values.rounds); round++) {
	const turn = round % kinds.length;
	for (const kind of [...kinds.slice(turn), ...kinds.slice(0, turn)]) all.get(kind)?.push(await measure(kind));
}
await browser.close();

process.stdout.write(
	"| dashboard | seconds | against without | CPU seconds | against without |\n| --- | ---: | ---: | ---: | ---: |\n",
);
for (const [kind, figures] of all) {
	const cells = (["seconds", "cpuSeconds"] as const).flatMap((key) => {
		const base = all.get("without") ?? [];
		const ratios = figures.map((one, round) => one[key] / (base[round]?.[key] ?? Number.NaN));
		const { median, low, high } = medianInterval(ratios);
		const percent = (ratio: number): string => `${ratio < 1 ? "" : "+"}${((ratio - 1) * 100).toFixed(1)} %`;
		return [
			formatNumber(medianInterval(figures.map((one) => one[key])).median),
			`${percent(median)} (${percent(low)} to ${percent(high)})`,
		];
	});
	process.stdout.write(`| ${[kind, ...cells].join(" | ")} |\n`);
}
