/** The commands, each loaded only when it is run: the start-up of one does not pay for the others. */

/** Takes what follows the command's name and gives the exit code. */
type Run = (args: readonly string[]) => Promise<number>;
export type CommandSpec = { readonly summary: string; readonly notYet?: true; readonly run: Run };
export type CommandName = "get" | "bench" | "origin" | "worker" | "demo";

export const commands: { readonly [K in CommandName]: CommandSpec } = {
	get: {
		summary: "download a list; the word get may be left out",
		run: async (args) => (await import("./get.ts")).runGet(args),
	},
	bench: {
		summary: "run several methods over one list and rank them by files saved per second",
		notYet: true,
		run: async (args) => (await import("./not-yet.ts")).refuse("bench", args),
	},
	origin: {
		summary: "serve the built-in lab origin: files with chosen sizes, latency, bandwidth and faults",
		run: async (args) => (await import("./origin.ts")).runOrigin(args),
	},
	worker: {
		summary: "join this machine to cluster runs",
		notYet: true,
		run: async (args) => (await import("./not-yet.ts")).refuse("worker", args),
	},
	demo: {
		summary: "start a lab origin, download from it, and show where everything went: needs no network",
		run: async (args) => (await import("./demo.ts")).runDemo(args),
	},
};

export function isCommandName(word: string): word is CommandName {
	return Object.hasOwn(commands, word);
}
