import type { CommandRunner } from "./command-runner.ts";
import { textOf } from "./reply.ts";

/** The fields of `INFO`, by name. */
export async function serverInfo(
  runner: CommandRunner,
  sections: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const fields = new Map<string, string>();
  // One section a command: several in one need Redis 7.
  for (const section of sections) {
    const { reply } = await runner.command(["INFO", section]);
    for (const line of textOf(reply).split("\r\n")) {
      const at = line.indexOf(":");
      if (at > 0 && !line.startsWith("#")) fields.set(line.slice(0, at), line.slice(at + 1));
    }
  }
  return fields;
}
