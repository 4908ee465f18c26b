import type { CommandSpec } from "../command-line/command-spec.ts";
import { COMMANDS } from "../command-line/command-specs.ts";
import { commandHelpText, helpText } from "../command-line/help-text.ts";
import { EXIT } from "../exit-code.ts";

/** Prints the help of one command, or of all. */
export function printHelp(spec: CommandSpec | undefined): number {
  process.stdout.write(spec === undefined ? helpText(COMMANDS) : commandHelpText(spec));
  return EXIT.done;
}
