#!/usr/bin/env node
import { USAGE_EXIT_CODE, UsageError } from "@holdfast/command-line";
import { type CommandLine, parseCommandLine } from "./cli/command-line.ts";
import { helpText, listText } from "./cli/help-text.ts";

/** The command line of chaos. */
async function main(args: readonly string[]): Promise<number> {
  try {
    return await obey(parseCommandLine(args));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`chaos: ${error.message}\n`);
    return USAGE_EXIT_CODE;
  }
}

async function obey(commandLine: CommandLine): Promise<number> {
  switch (commandLine.command) {
    case "help":
      process.stdout.write(helpText);
      return 0;
    case "list":
      process.stdout.write(listText());
      return 0;
    case "run": {
      const { runCommand } = await import("./cli/run-command.ts");
      return await runCommand(commandLine.selection);
    }
  }
}

// Whoever reads has seen enough, as `| head` has: no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2));
