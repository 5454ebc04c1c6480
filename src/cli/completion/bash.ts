/** The completion script for bash, 3.2 of macOS included. */
import type { Completed, CompletedCommand, Follows } from "./model.ts";

/** A command that is not named is the first one. */
export function bashScript(commands: readonly CompletedCommand[]): string {
	const names = commands.map(({ name }) => name).join(" ");
	return `# bash completion of downspout. In ~/.bashrc: eval "$(downspout completion bash)"
_downspout() {
	local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="${commands[0]?.name}"
	COMPREPLY=()
	# The line is cut at each =, which stands as a word of its own.
	if [[ $cur == "=" ]]; then
		cur=""
	elif [[ $prev == "=" ]]; then
		prev="\${COMP_WORDS[COMP_CWORD-2]}"
	fi
	if [[ $COMP_CWORD -gt 1 ]]; then
		case "\${COMP_WORDS[1]}" in
			${names.replaceAll(" ", "|")}) command="\${COMP_WORDS[1]}" ;;
		esac
	fi
	case "$command $prev" in
${commands.flatMap(followers).join("\n")}
	esac
	if [[ $cur == -* ]]; then
		case "$command" in
${commands.map((one) => `\t\t\t${one.name}) COMPREPLY=($(compgen -W "${one.options.flatMap(flags).join(" ")}" -- "$cur")) ;;`).join("\n")}
		esac
		return
	fi
	if [[ $COMP_CWORD -eq 1 ]]; then
		COMPREPLY=($(compgen -W "${names}" -- "$cur"))
		[[ -n $cur ]] && _downspout_paths -f
		return
	fi
	case "$command" in
${commands.map(({ name, operands }) => `\t\t${name}) ${complete(operands)} ;;`).join("\n")}
	esac
}
_downspout_paths() {
	local path
	compopt -o filenames 2>/dev/null
	while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "$cur")
}
complete -F _downspout downspout
`;
}

function followers({ name, options }: CompletedCommand): string[] {
	return options.flatMap((option) => {
		// What may be left out must stand behind a =, and is not asked for here.
		if (option.argument === undefined || option.argument.optional) return [];
		const patterns = flags(option).map((flag) => `"${name} ${flag}"`);
		return [`\t\t${patterns.join("|")}) ${complete(option.argument.follows)}; return ;;`];
	});
}

function complete(follows: Follows): string {
	if (follows === "unknown") return "true";
	if (follows === "file") return "_downspout_paths -f";
	if (follows === "folder") return "_downspout_paths -d";
	return `COMPREPLY=($(compgen -W "${follows.join(" ")}" -- "$cur"))`;
}

function flags({ long, short }: Completed): string[] {
	return short === undefined ? [`--${long}`] : [`-${short}`, `--${long}`];
}
