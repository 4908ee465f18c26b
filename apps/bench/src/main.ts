#!/usr/bin/env node
import { USAGE_EXIT_CODE, UsageError } from "@holdfast/command-line";
import { type CommandLine, parseCommandLine } from "./cli/command-line.ts";
import { helpText, listText } from "./cli/help-text.ts";
import { compareReports } from "./compare/compare-reports.ts";
import { GatesError } from "./gates/gates-error.ts";
import { scenarios } from "./scenarios.ts";
import { strategies } from "./strategies.ts";

/** The benchmark's command line. Reads the flags, and loads what runs only when something is to run. */
async function main(args: readonly string[]): Promise<number> {
  try {
    return await obey(parseCommandLine(args));
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof GatesError)) throw error;
    console.error(`bench: ${error.message}`);
    return USAGE_EXIT_CODE;
  }
}

async function obey(commandLine: CommandLine): Promise<number> {
  switch (commandLine.command) {
    case "help":
      process.stdout.write(helpText);
      return 0;
    case "list":
      process.stdout.write(listText(strategies, scenarios));
      return 0;
    case "compare": {
      const { comparisonText } = await import("./report/comparison-text.ts");
      const comparison = compareReports(scenarios, commandLine);
      process.stdout.write(`${comparisonText(scenarios, comparison)}\n`);
      return 0;
    }
    case "page": {
      const { publishPage } = await import("./cli/publish.ts");
      await publishPage(commandLine.report, commandLine.html);
      process.stdout.write(`Page written to ${commandLine.html}\n`);
      return 0;
    }
    case "run": {
      const { request } = commandLine;
      const { runCommand } = await import("./cli/run-command.ts");
      const { readGates } = await import("./gates/read-gates.ts");
      return runCommand(request, request.gate ? readGates() : undefined);
    }
  }
}

process.exitCode = await main(process.argv.slice(2));
