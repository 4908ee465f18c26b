#!/usr/bin/env node
import { USAGE_EXIT_CODE, UsageError } from "@holdfast/command-line";
import { type CommandLine, parseCommandLine } from "./cli/command-line.ts";
import { helpText } from "./cli/help-text.ts";

/** The simulation's command line. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const words = args[0] === "--" ? args.slice(1) : args;
    if (words[0] === "models") {
      const { modelsCommand } = await import("./models/models-command.ts");
      return modelsCommand(words.slice(1));
    }
    const commandLine: CommandLine = parseCommandLine(args);
    if (commandLine.command === "help") {
      process.stdout.write(helpText);
      return 0;
    }
    const { runCommand } = await import("./cli/run-command.ts");
    return await runCommand(commandLine.selection);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`sim: ${error.message}\n`);
    return USAGE_EXIT_CODE;
  }
}

// Whoever reads has seen enough, as `| head` has: no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2));
