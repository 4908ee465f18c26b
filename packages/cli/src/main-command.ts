import { type CommandLine, parseCommandLine } from "./command-line/parse-command-line.ts";
import { failWith } from "./fail-with.ts";

/** One command, already read. Resolves with the exit code. */
type Command = (commandLine: CommandLine) => Promise<number>;

/** Loaded when they are called: none of them pays for the others. */
const LOADERS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./run/run-command.ts")).runCommand,
  acquire: async () => (await import("./ticket/acquire-command.ts")).acquireCommand,
  renew: async () => (await import("./ticket/renew-command.ts")).renewCommand,
  release: async () => (await import("./ticket/release-command.ts")).releaseCommand,
  inspect: async () => (await import("./commands/inspect-command.ts")).inspectCommand,
  break: async () => (await import("./commands/break-command.ts")).breakCommand,
  doctor: async () => (await import("./commands/doctor-command.ts")).doctorCommand,
  ping: async () => (await import("./commands/ping-command.ts")).pingCommand,
  completion: async () => (await import("./commands/completion-command.ts")).completionCommand,
};

/**
 * The program `holdfast` with these arguments. Resolves with the exit code; errors are told on stderr and never
 * rejected.
 */
export async function main(args: readonly string[]): Promise<number> {
  // Whoever reads has seen enough, as `| head` has: no fault.
  process.stdout.on("error", ignoreClosedPipe);
  process.stderr.on("error", ignoreClosedPipe);
  try {
    const commandLine = parseCommandLine(args);
    if (commandLine === undefined || commandLine.flags.has("help")) {
      const { printHelp } = await import("./commands/print-help.ts");
      return printHelp(commandLine?.spec);
    }
    const load = LOADERS[commandLine.spec.name];
    if (load === undefined) throw new Error(`no code for ${commandLine.spec.name}`);
    const command = await load();
    return await command(commandLine);
  } catch (error) {
    return failWith(error, args.includes("--debug"));
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
