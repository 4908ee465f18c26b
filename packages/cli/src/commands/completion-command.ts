import type { CommandSpec } from "../command-line/command-spec.ts";
import { COMMANDS } from "../command-line/command-specs.ts";
import type { CommandLine } from "../command-line/parse-command-line.ts";
import { EXIT } from "../exit-code.ts";
import { print } from "../print.ts";
import { UsageError } from "../usage-error.ts";

const NAMES = COMMANDS.map(({ name }) => name);
const SHELLS: Readonly<Record<string, () => string>> = { bash, zsh, fish };

/** `holdfast completion`: a script for a shell, made of the table of commands. */
export async function completionCommand({ words }: CommandLine): Promise<number> {
  const [shell = ""] = words;
  const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (script === undefined) {
    throw new UsageError(
      `completion does not know ${JSON.stringify(shell)}`,
      "accepted: bash, zsh or fish",
    );
  }
  print(script());
  return EXIT.done;
}

function flagsOf({ flags }: CommandSpec): string {
  return Object.keys(flags)
    .map((flag) => `--${flag}`)
    .join(" ");
}

/** Behind `--` is the user's command, and then its files, which are what bash takes where nothing is offered. */
function bash(): string {
  const cases = COMMANDS.map((spec) => `    ${spec.name}) words="${flagsOf(spec)}" ;;`);
  return `_holdfast() {
  local words="${NAMES.join(" ")}" at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    [ "\${COMP_WORDS[at]}" = -- ] || continue
    if ((at + 1 == COMP_CWORD)); then COMPREPLY=($(compgen -c -- "\${COMP_WORDS[COMP_CWORD]}")); fi
    return
  done
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words="" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _holdfast holdfast
`;
}

function zsh(): string {
  const cases = COMMANDS.map((spec) => `    ${spec.name}) compadd -- ${flagsOf(spec)} ;;`);
  return `#compdef holdfast
_holdfast() {
  if (( CURRENT == 2 )); then
    compadd -- ${NAMES.join(" ")}
    return
  fi
  local end=\${words[(i)--]}
  if (( end < CURRENT )); then
    shift end words
    (( CURRENT -= end ))
    _normal
    return
  fi
  case "\${words[2]}" in
${cases.join("\n")}
  esac
}
compdef _holdfast holdfast
`;
}

function fish(): string {
  const commands = COMMANDS.map(
    ({ name, about }) =>
      `complete -c holdfast -f -n __fish_use_subcommand -a ${name} -d '${about}'`,
  );
  const flags = COMMANDS.flatMap(({ name, flags: own }) =>
    Object.entries(own).map(([flag, { value, about }]) => {
      const needs = value === undefined ? "" : " -r";
      return `complete -c holdfast -n '__fish_seen_subcommand_from ${name}' -l ${flag}${needs} -d '${about}'`;
    }),
  );
  return `${[...commands, ...flags].join("\n")}\n`;
}
