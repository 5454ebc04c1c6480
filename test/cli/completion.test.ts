/** Completion in the shells themselves: keys go in, and what the shell made of the line comes out. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { commandIsThere, skipUnless } from "../skip-unless.ts";
import { freshFolder } from "./fresh-folder.ts";
import { cleanEnv, downspout } from "./run-downspout.ts";

/** What is typed before the tabulator, and the words that stand there after it. */
const typed: readonly (readonly [line: string, completed: string])[] = [
	["downspout --meth", "--method"],
	["downspout --method thr", "--method threads"],
	["downspout -m pro", "-m processes"],
	["downspout get --on-exists sk", "get --on-exists skip"],
	["downspout ben", "bench"],
	["downspout my-l", "my-list.txt"],
	["downspout get my-l", "get my-list.txt"],
	["downspout --dir my-f", "--dir my-folder/"],
	["downspout --config my-l", "--config my-list.txt"],
	["downspout bench --warm", "bench --warmup"],
	["downspout origin --no-r", "origin --no-ranges"],
	["downspout completion fi", "completion fish"],
];

const shells = {
	bash: { program: "bash --norc --noprofile -i", start: "PS1='READY> '; source ./script\n" },
	zsh: {
		program: "zsh -f -i",
		start: "PS1='READY> '; autoload -U compinit; compinit -u -D; source ./script\n",
	},
} as const;

for (const [shell, { program, start }] of Object.entries(shells)) {
	const isThere = commandIsThere(shell) && commandIsThere("script");
	test(`${shell} completes`, { skip: skipUnless(isThere, `${shell} and script`) }, async (context) => {
		const folder = await prepare(context, shell);
		const setUp = `${start}downspout() { printf 'ARGS<%s>\\n' "$*"; }\n`;
		const shown = await type(
			{ folder, program },
			setUp,
			typed.map(([line]) => line),
		);
		assert.deepEqual(
			shown,
			// zsh takes the slash of a folder away again when the line ends.
			typed.map(([, completed]) => (shell === "zsh" ? completed.replace(/\/$/, "") : completed)),
		);
	});
}

test("fish completes", { skip: skipUnless(commandIsThere("fish"), "Debian's fish") }, async (context) => {
	const folder = await prepare(context, "fish");
	// A folder is completed with its slash, a file as it is; what follows a tabulator is the description.
	for (const [line, completed] of typed) {
		const { stdout, stderr } = spawnSync(
			"fish",
			["--no-config", "-c", `source script; complete -C ${JSON.stringify(line)}`],
			{
				cwd: folder,
				encoding: "utf8",
				env: { ...cleanEnv, HOME: folder },
			},
		);
		assert.equal(stderr, "");
		const words = stdout.split("\n").map((one) => one.split("\t", 1)[0]);
		assert(words.includes(completed.split(" ").at(-1)), `${line}: ${stdout}`);
	}
});

/** A folder with something to complete, and the shell's script. */
async function prepare(context: TestContext, shell: string): Promise<string> {
	const folder = await freshFolder(context);
	await mkdir(join(folder, "my-folder"));
	await writeFile(join(folder, "my-list.txt"), "");
	const { code, stdout, stderr } = await downspout(["completion", shell]);
	assert.deepEqual([code, stderr], [0, ""]);
	await writeFile(join(folder, "script"), stdout);
	return folder;
}

/** Types lines with a tabulator at their ends into a shell on a terminal; gives what the command was called with. */
async function type(
	{ folder, program }: { readonly folder: string; readonly program: string },
	setUp: string,
	lines: readonly string[],
): Promise<readonly string[]> {
	const child = spawn("script", ["-qec", program, "/dev/null"], {
		cwd: folder,
		env: { ...cleanEnv, HOME: folder, ZDOTDIR: folder, TERM: "dumb", INPUTRC: "/dev/null" },
		stdio: ["pipe", "pipe", "ignore"],
	});
	const found: string[] = [];
	let shown = "";
	let state: "starting" | "typing" = "starting";
	let waiting = [...lines];
	const next = (): void => {
		const [line, ...others] = waiting;
		waiting = others;
		child.stdin.write(line === undefined ? "exit\n" : `${line}\t\n`);
	};
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		shown += text;
		// Keys that come before the shell reads them as such would be the terminal's.
		for (;;) {
			const ready = shown.indexOf("READY> ");
			if (ready < 0) return;
			const [, called] = /\nARGS<([^>%]*?)\s*>/.exec(shown.slice(0, ready)) ?? [];
			shown = shown.slice(ready + "READY> ".length);
			if (state === "typing" && called !== undefined) found.push(called);
			else if (state === "typing") continue;
			state = "typing";
			next();
		}
	});
	child.stdin.write(setUp);
	const timer = setTimeout(() => child.kill("SIGKILL"), 240_000);
	await new Promise((resolve) => child.once("close", resolve));
	clearTimeout(timer);
	return found;
}
