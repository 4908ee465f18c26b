import { Redis } from "ioredis";

/** What MONITOR gives as the source of a command that a script called. */
const SCRIPT_SOURCE = "lua";

/**
 * The commands that only scripts called while `work` ran. Redis counts those like any other, and they
 * are no round trip, so whoever wants to know what clients sent leaves them out. A command that was
 * both sent and called is not among them: the count may then be too high, never too low.
 *
 * MONITOR slows the server down, so this belongs beside a warm-up and not beside a measurement.
 */
export async function scriptCommandsDuring(
  redisUrls: readonly string[],
  work: () => Promise<unknown>,
): Promise<ReadonlySet<string>> {
  const called = new Set<string>();
  const sent = new Set<string>();
  const clients = redisUrls.map((url) => new Redis(url));
  const monitors = await Promise.all(clients.map((client) => client.monitor()));
  for (const monitor of monitors) {
    monitor.on("monitor", (_time: string, [name = ""]: readonly string[], source: string) => {
      (source === SCRIPT_SOURCE ? called : sent).add(name.toLowerCase());
    });
  }
  try {
    await work();
  } finally {
    for (const connection of [...monitors, ...clients]) connection.disconnect();
  }
  return new Set([...called].filter((name) => !sent.has(name)));
}
