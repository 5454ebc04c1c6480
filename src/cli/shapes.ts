/** The shapes of all commands that there are: what their help, their docs and the completion of shells are made of. */
import { benchShape } from "./bench.ts";
import type { CommandName } from "./commands.ts";
import { completionShape } from "./completion-shape.ts";
import { demoShape } from "./demo.ts";
import type { CommandShape } from "./flags.ts";
import { getShape } from "./get-shape.ts";
import { originShape } from "./origin.ts";
import { statusShape } from "./status.ts";
import { workerShape } from "./worker.ts";

/** The first one is what a command line means that names none. */
export const shapes: readonly { readonly name: CommandName; readonly shape: CommandShape }[] = [
	{ name: "get", shape: getShape },
	{ name: "bench", shape: benchShape },
	{ name: "origin", shape: originShape },
	{ name: "worker", shape: workerShape },
	{ name: "status", shape: statusShape },
	{ name: "completion", shape: completionShape },
	{ name: "demo", shape: demoShape },
];
