/** The table of figures that downspout is held to: each row measured in turn with what it is compared with. */
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatNumber } from "../src/bench/format.ts";
import { type Command, runCommand } from "../src/bench/measure/run-command.ts";
import { medianOf } from "../src/bench/statistics/interval.ts";
import { enterNamespace } from "./figures/far-link.ts";
import { type Contender, type Row, rows } from "./figures/rows.ts";
import { freshFolder } from "./fresh-folder.ts";
import { builtProgram } from "./program.ts";

const { values } = parseArgs({
	options: { rounds: { type: "string", default: "3" }, rows: { type: "string", default: Object.keys(rows).join(",") } },
});

type Run = { readonly seconds: number; readonly saved: number; readonly givenUpSeconds: number | undefined };

if (enterNamespace()) await main();

async function main(): Promise<void> {
	process.stdout.write(
		"| row | what | reached | beside | share | at least |\n| --- | --- | ---: | ---: | ---: | ---: |\n",
	);
	for (const name of values.rows.split(",")) {
		const row = rows[name];
		if (!row) throw new RangeError(`no row ${name}: there are ${Object.keys(rows).join(", ")}`);
		process.stdout.write(await measure(name, row));
	}
}

async function measure(name: string, row: Row): Promise<string> {
	await using folder = await freshFolder(`figures-${name}`);
	await using scene = await row.open(folder.path);
	const runs = new Map<Contender, Run[]>(row.contenders.map((contender) => [contender, []]));
	// The origin's code is not compiled yet in its first run: whoever is first would pay for that.
	for (const contender of row.contenders.slice(0, 1))
		await run(contender, row, { place: join(folder.path, "warm-up"), urls: scene.urls });
	for (let round = 0; round < Number(values.rounds); round++) {
		for (const [contender, all] of runs) {
			const place = join(folder.path, `${round}-${all.length}-${contender.name.replace(/\W+/g, "-")}`);
			const one = await run(contender, row, { place, urls: scene.urls });
			process.stderr.write(`${name}: ${contender.name}: ${one.seconds.toFixed(2)} s, ${one.saved} saved\n`);
			all.push(one);
		}
	}
	return rowText(name, row, runs);
}

type Work = { readonly place: string; readonly urls: readonly string[] };

async function run(contender: Contender, row: Row, { place, urls: all }: Work): Promise<Run> {
	const urls = contender.urls?.(all) ?? all;
	const list = join(place, "list.txt");
	await mkdir(join(place, "files"), { recursive: true });
	await writeFile(list, `${urls.join("\n")}\n`);
	const end = await runCommand(await commandOf(contender, place, urls), new AbortController().signal);
	const saved = (await readdir(join(place, "files"), { recursive: true })).filter((one) => !one.startsWith(".")).length;
	if (saved < (contender.mayFail ? all : urls).length)
		throw new Error(`${contender.name} saved ${saved}: ${end.stderr}`);
	spawnSync("rm", ["-rf", join(place, "files")]);
	if (contender.program) return { seconds: end.seconds, saved, givenUpSeconds: undefined };
	const log = await readFile(join(place, "logs/latest/log.txt"), "utf8");
	const lines = log.split("\n");
	const since = (line: string | undefined): number | undefined =>
		line === undefined ? undefined : (Date.parse(line.slice(0, 24)) - Date.parse(log.slice(0, 24))) / 1000;
	const lastSaved = since(lines.findLast((line) => line.includes("] saved ")));
	const givenUpSeconds = since(lines.find((line) => line.includes("is given up")));
	return { seconds: row.until === "saved" ? (lastSaved ?? end.seconds) : end.seconds, saved, givenUpSeconds };
}

async function commandOf({ program, args = [] }: Contender, place: string, urls: readonly string[]): Promise<Command> {
	const cwd = join(place, "files");
	const list = join(place, "list.txt");
	if (program === "aria2c") return { file: "aria2c", args: ["--no-conf", "--quiet", ...args, "-i", list], cwd };
	if (program === "curl") {
		const config = join(place, "curl.txt");
		await writeFile(config, urls.map((url) => `url = "${url}"\n`).join(""));
		const quiet = ["--disable", "--parallel", "--fail", "--silent", "--remote-name-all"];
		return { file: "curl", args: [...quiet, ...args, "--config", config], cwd };
	}
	const [file, ...before] = builtProgram();
	const places = ["--dir", cwd, "--log-dir", join(place, "logs")];
	return { file, args: [...before, "get", list, ...places, "--progress", "none", ...args], cwd: place };
}

function rowText(name: string, { what, perSecond, least }: Row, runs: ReadonlyMap<Contender, readonly Run[]>): string {
	const medians = [...runs].map(([contender, all]) => ({
		contender,
		seconds: medianOf(all.map(({ seconds }) => seconds)) ?? Number.NaN,
		saved: all[0]?.saved ?? 0,
		givenUp: all.flatMap(({ givenUpSeconds }) => givenUpSeconds ?? []),
	}));
	const [ours, ...others] = medians;
	if (!ours) throw new RangeError("a row without contenders");
	const best = others.reduce((one, other) => (other.seconds < one.seconds ? other : one), others[0] ?? ours);
	const share = perSecond === undefined ? best.seconds / ours.seconds : ours.saved / ours.seconds / perSecond;
	const beside =
		perSecond === undefined ? `${formatNumber(best.seconds)} s (${best.contender.name})` : `${perSecond} files/s`;
	const givenUp = ours.givenUp.length > 0 ? `, given up after ${formatNumber(Math.max(...ours.givenUp))} s` : "";
	return `| \`${name}\` | ${what} | ${formatNumber(ours.seconds)} s${givenUp} | ${beside} | ${share.toFixed(2)} | ${least} |\n`;
}
