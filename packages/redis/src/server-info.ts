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
    const text = await runner.run({
      command: ["INFO", section],
      decode: ({ reply }) => textOf(reply),
    });
    for (const line of text.split("\r\n")) {
      const at = line.indexOf(":");
      if (at > 0 && !line.startsWith("#")) fields.set(line.slice(0, at), line.slice(at + 1));
    }
  }
  return fields;
}
