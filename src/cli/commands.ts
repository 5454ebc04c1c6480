/** The commands by name, and what their help says of them. */

export type CommandSpec = { readonly summary: string };
export type CommandName = "get" | "bench" | "origin" | "worker" | "status" | "completion" | "demo";

export const commands: { readonly [K in CommandName]: CommandSpec } = {
	get: { summary: "download a list; the word get may be left out" },
	bench: { summary: "run several methods over one list and rank them by files saved per second" },
	origin: { summary: "serve the built-in lab origin: files with chosen sizes, latency, bandwidth and faults" },
	worker: { summary: "join this machine to cluster runs" },
	status: { summary: "show what runs in a cluster" },
	completion: { summary: "print the completion script of bash, zsh or fish" },
	demo: { summary: "start a lab origin, download from it, and show where everything went: needs no network" },
};

export function isCommandName(word: string): word is CommandName {
	return Object.hasOwn(commands, word);
}
