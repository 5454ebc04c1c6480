/** What the help of `completion` is made of. */
import type { CommandShape } from "./flags.ts";

export const shells = ["bash", "zsh", "fish"] as const;

export const completionShape: CommandShape = {
	name: "downspout completion",
	summary: "Prints the completion script of a shell: bash, zsh or fish.",
	operands: "<SHELL>",
	operandChoices: shells,
	options: {},
	epilogue: `bash, in ~/.bashrc:                 eval "$(downspout completion bash)"
zsh, in ~/.zshrc, after compinit:   source <(downspout completion zsh)
fish, once:                         downspout completion fish > ~/.config/fish/completions/downspout.fish`,
};
