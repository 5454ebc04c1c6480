/** The completion script for zsh: to be sourced, or put as `_downspout` into a folder of `fpath`. */
import type { Completed, CompletedCommand, Follows } from "./model.ts";

/** A command that is not named is the first one. */
export function zshScript(commands: readonly CompletedCommand[]): string {
	const [first, ...others] = commands;
	if (first === undefined) return "";
	return `#compdef downspout
# zsh completion of downspout. In ~/.zshrc, after compinit: source <(downspout completion zsh)
_downspout() {
	local -a commands=(
${commands.map(({ name, summary }) => `\t\t${quote(`${name}:${summary.replaceAll(":", "\\:")}`)}`).join("\n")}
	)
	if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
		_describe -t commands command commands
		_files
		return
	fi
	case $words[2] in
${others.map(branch).join("\n")}
		${first.name})
			shift words
			(( CURRENT-- ))
			;;
	esac
	${call(first)}
}
if [[ $funcstack[1] == _downspout ]]; then
	_downspout "$@"
else
	compdef _downspout downspout
fi
`;
}

function branch(command: CompletedCommand): string {
	return `		${command.name})
			shift words
			(( CURRENT-- ))
			${call(command).replaceAll("\n", "\n\t\t")}
			return
			;;`;
}

function call({ options, operands }: CompletedCommand): string {
	const specs = [...options.map(specOf), ...(operands === "unknown" ? [] : [quote(`*:operand:${action(operands)}`)])];
	return `_arguments -s -S : \\\n${specs.map((spec) => `\t\t${spec}`).join(" \\\n")}`;
}

/** As _arguments reads it: which flags exclude each other, their help, and what follows them. */
function specOf({ long, short, help, argument, repeatable }: Completed): string {
	const text = `[${help.replace(/[[\]\\:]/g, "\\$&")}]`;
	const follows =
		argument === undefined
			? ""
			: `${argument.optional ? "::" : ":"}${argument.name.replaceAll(":", "\\:")}:${action(argument.follows)}`;
	const longForm = argument === undefined ? `--${long}` : `--${long}=${argument.optional ? "-" : ""}`;
	const shortForm = short === undefined ? undefined : `-${short}${argument === undefined ? "" : "+"}`;
	const times = repeatable ? "'*'" : short === undefined ? "" : `'(-${short} --${long})'`;
	const flags = shortForm === undefined ? longForm : `{${shortForm},${longForm}}`;
	return `${times}${flags}${quote(text + follows)}`;
}

function action(follows: Follows): string {
	if (follows === "unknown") return "";
	if (follows === "file") return "_files";
	return follows === "folder" ? "_files -/" : `(${follows.join(" ")})`;
}

function quote(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
