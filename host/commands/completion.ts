// completion: what a shell needs to complete verbs, their options, and the words that an option takes. Made from the verbs
// themselves, so that it is never behind them.

import type { Command } from "commander";
import { OperatorError } from "../operator-error.js";
import type { Outcome } from "./verb.js";

interface Completed {
	/** Of verbs and their own: `ca issue`. */
	path: string;
	description: string;
	/** What may follow. */
	words: { word: string; description: string }[];
	/** Words that an option takes, by the option. */
	choices: Map<string, readonly string[]>;
}

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** Throws OperatorError for a shell that is none of these. */
export function completion(program: Command, shell: string): Outcome {
	const all = walk(program, "");
	const write = { bash, zsh, fish }[shell as (typeof SHELLS)[number]];
	if (!write) throw new OperatorError(`expected ${SHELLS.join(", ")}, got ${shell}`);
	const script = write(all);
	return { lines: [script.trimEnd()], json: { shell, script } };
}

function walk(command: Command, path: string): Completed[] {
	const subcommands = command.commands.filter(one => one.name() !== "help");
	const options = command.options.map(({ long, description }) => ({ word: long!, description }));
	const own: Completed = {
		path,
		description: command.description(),
		words: [
			...subcommands.map(one => ({ word: one.name(), description: one.description() })),
			...options,
			{ word: "--help", description: "show help" },
		],
		choices: new Map(command.options.flatMap(({ long, argChoices }) => (argChoices ? [[long!, argChoices]] : []))),
	};
	return [own, ...subcommands.flatMap(one => walk(one, `${path} ${one.name()}`.trim()))];
}

function bash(all: Completed[]): string {
	const cases = all.map(({ path, words }) => `\t\t"${path}") words="${words.map(({ word }) => word).join(" ")}" ;;`);
	const choices = all.flatMap(({ path, choices }) =>
		[...choices].map(([option, words]) => `\t\t"${path} ${option}") words="${words.join(" ")}" ;;`),
	);
	return `# baton completion bash > /etc/bash_completion.d/baton
_baton() {
	local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} path="" words="" word
	for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
		case $word in
			-*) break ;;
		esac
		case $path in
			""${groups(all)
				.map(group => `|${group}`)
				.join("")}) path="\${path:+$path }$word" ;;
		esac
	done
	case "$path $previous" in
${choices.join("\n")}
		*) case $path in
${cases.join("\n")}
		esac ;;
	esac
	COMPREPLY=()
	[[ $current == -* || -n $words && $words != -* || -z $path ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	[[ \${#COMPREPLY[@]} -eq 0 && $current != -* ]] && mapfile -t COMPREPLY < <(compgen -f -- "$current")
}
complete -o filenames -F _baton baton
`;
}

/** Verbs that have verbs of their own. */
function groups(all: Completed[]): string[] {
	return [...new Set(all.flatMap(({ path }) => (path.includes(" ") ? [path.split(" ")[0]] : [])))];
}

function zsh(all: Completed[]): string {
	const quoted = (text: string) =>
		text.replace(/['\\:[\]]/g, character => (character === "'" ? "'\\''" : `\\${character}`));
	const cases = all.map(({ path, words }) => {
		const list = words.map(({ word, description }) => `'${quoted(word)}:${quoted(description)}'`);
		return `\t\t'${path}') words_=(${list.join(" ")}) ;;`;
	});
	const choices = all.flatMap(({ path, choices }) =>
		[...choices].map(([option, words]) => `\t\t'${path} ${option}') compadd -- ${words.join(" ")}; return ;;`),
	);
	return `#compdef baton
# baton completion zsh > "\${fpath[1]}/_baton"
_baton() {
	local path_="" word
	local -a words_
	for word in "\${(@)words[2,CURRENT-1]}"; do
		[[ $word == -* ]] && break
		case $path_ in
			''${groups(all)
				.map(group => `|${group}`)
				.join("")}) path_="\${path_:+$path_ }$word" ;;
		esac
	done
	case "$path_ \${words[CURRENT-1]}" in
${choices.join("\n")}
	esac
	case $path_ in
${cases.join("\n")}
	esac
	_describe 'baton' words_
	[[ \${words[CURRENT]} == -* ]] || _files
}
_baton "$@"
`;
}

function fish(all: Completed[]): string {
	const quoted = (text: string) => `'${text.replace(/['\\]/g, "\\$&")}'`;
	const lines = all.flatMap(({ path, words, choices }) => {
		const verbs = path.split(" ").filter(verb => verb !== "");
		const seen = verbs.map(verb => `__fish_seen_subcommand_from ${verb}`).join("; and ");
		const condition = verbs.length === 0 ? "__fish_use_subcommand" : seen;
		return words.map(({ word, description }) => {
			const takes = choices.get(word);
			const what = word.startsWith("--")
				? `-l ${word.slice(2)}${takes ? ` -x -a ${quoted(takes.join(" "))}` : ""}`
				: `-a ${word}`;
			return `complete -c baton -n ${quoted(condition)} ${what} -d ${quoted(description)}`;
		});
	});
	return `# baton completion fish > ~/.config/fish/completions/baton.fish\n${lines.join("\n")}\n`;
}
