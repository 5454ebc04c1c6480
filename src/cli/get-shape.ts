/** What the help of `get`, which is the help of downspout as a whole, is made of. */
import { optionTable } from "../core/option-table.ts";
import { commands } from "./commands.ts";
import { configOption } from "./config-file.ts";
import type { CommandShape } from "./flags.ts";

const commandLines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`);

export const getShape: CommandShape = {
	name: "downspout [get]",
	summary:
		"Downloads every URL of a LIST into a directory. A LIST is a file, - for standard input, or an http(s) URL, " +
		"which stands for a list of that one entry.",
	operands: "<LIST...>",
	options: { ...optionTable, config: configOption },
	epilogue: `Commands ('downspout COMMAND --help' tells more):
${commandLines.join("\n")}

BYTES take k, M, G (1000) and Ki, Mi, Gi (1024); seconds take fractions.
Exit codes: 0 all saved, 1 some entry failed, 2 wrong command line or list, 3 the run could not go on,
129, 130 and 143 stopped by SIGHUP, SIGINT and SIGTERM.`,
};
