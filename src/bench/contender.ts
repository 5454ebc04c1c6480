/** What takes part in a benchmark: a method of downspout, or another program, as a command over a list. */
import type { Command } from "./measure/run-command.ts";
import type { ContenderKind } from "./results.ts";

/** Where one run reads and writes. */
export type RunPlace = {
	/** The list as it is given to downspout. */
	readonly list: string;
	/** The same URLs for other programs, one a line. */
	readonly urlList: string;
	/** For the files; exists and is empty. */
	readonly dir: string;
	/** For the run's own records. */
	readonly logDir: string;
	/** Downloads at once. */
	readonly concurrency: number;
};

export type Contender = {
	readonly name: string;
	readonly kind: ContenderKind;
	/** What a reader must know to compare it fairly. */
	readonly note?: string;
	/** Exit codes of a run that came to its end, entries that failed included. */
	ended(exitCode: number | null): boolean;
	command(place: RunPlace): Command;
};

/** A method of downspout, run by the same command as a user would type. */
export function methodContender(
	method: string,
	options: {
		/** The program to start: Node's own path, and the arguments before `get`. */
		readonly program: readonly [file: string, ...args: string[]];
		readonly workers?: number | undefined;
		/** Downloads at once instead of those of the place; `auto` leaves it to the method. */
		readonly level?: number | "auto" | undefined;
	},
): Contender {
	const [file, ...before] = options.program;
	const { level } = options;
	const most = typeof level === "number" ? level : Number.POSITIVE_INFINITY;
	const workers =
		options.workers === undefined || method === "async" ? [] : ["--workers", String(Math.min(options.workers, most))];
	return {
		name: level === undefined ? method : level === "auto" ? `${method}, level found` : `${method} -c ${level}`,
		kind: "method",
		ended: (exitCode) => exitCode === 0 || exitCode === 1,
		command: ({ list, dir, logDir, concurrency }) => ({
			file,
			args: [
				...before,
				...["get", list, "--dir", dir, "--log-dir", logDir, "--method", method],
				// One host may have all that is in flight, as it may with the other programs.
				...levelArgs(level ?? concurrency),
				...workers,
				...["--progress", "none"],
			],
			cwd: dir,
			// As for the other programs: no settings file of the user's.
			env: { XDG_CONFIG_HOME: logDir },
		}),
	};
}

function levelArgs(level: number | "auto"): string[] {
	return level === "auto" ? [] : ["--concurrency", String(level), "--per-host", String(level)];
}

/** The command as a reader can repeat it, with the folders of this run named. */
export function showCommand(command: Command, place: RunPlace): string {
	const names: readonly (readonly [string, string])[] = [
		[place.urlList, "urls.txt"],
		[place.list, "LIST"],
		[place.logDir, "LOGS"],
		[place.dir, "DIR"],
	];
	return [command.file, ...command.args]
		.map((word) => names.reduce((text, [path, name]) => text.replaceAll(path, name), word))
		.map((word) => word.replace(/^.*\/(node|curl|wget2?|aria2c|downspout\.js)$/, "$1"))
		.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
		.join(" ");
}
