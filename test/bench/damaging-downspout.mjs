/** Runs the real downspout, and then damages what it saved: a defect that a benchmark must notice. */
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";

const [how, program, ...args] = process.argv.slice(2);
const { status } = spawnSync(process.execPath, [program, ...args], { stdio: "inherit" });
const dir = args[args.indexOf("--dir") + 1];
const name = readdirSync(dir).find((file) => file.endsWith(".bin"));
if (how === "lose") rmSync(join(dir, name));
if (how === "cut") truncateSync(join(dir, name), 10);
if (how === "crash") process.stderr.write("something broke\n");
process.exitCode = how === "crash" ? 70 : status;
