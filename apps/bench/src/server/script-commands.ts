import { createClient } from "redis";

/** What MONITOR gives as the source of a command that a script called. */
const SCRIPT_SOURCE = "lua";
/** A line of MONITOR: time, database and source, then the command and its operands, each quoted. */
const LINE = /^\S+ \[\d+ ([^\]]*)\] "([^"]*)"/;

/**
 * The commands that only scripts called while `work` ran. Redis counts those like any other, and they
 * are no round trip, so whoever wants to know what clients sent leaves them out. A command that was
 * both sent and called is not among them: the count may then be too high, never too low.
 *
 * MONITOR slows the server down, so this belongs beside a warm-up and not beside a measurement. It is
 * node-redis that listens: ioredis takes a first line that comes in one packet with the reply to MONITOR
 * for the reply to something else, and fails.
 */
export async function scriptCommandsDuring(
  redisUrls: readonly string[],
  work: () => Promise<unknown>,
): Promise<ReadonlySet<string>> {
  const called = new Set<string>();
  const sent = new Set<string>();
  const listen = (line: string): void => {
    const [, source, name = ""] = LINE.exec(line) ?? [];
    (source === SCRIPT_SOURCE ? called : sent).add(name.toLowerCase());
  };
  const monitors = redisUrls.map((url) => createClient({ url }).on("error", () => {}));
  try {
    await Promise.all(
      monitors.map(async (monitor) => {
        await monitor.connect();
        await monitor.monitor((line) => listen(String(line)));
      }),
    );
    await work();
  } finally {
    for (const monitor of monitors) monitor.destroy();
  }
  return new Set([...called].filter((name) => !sent.has(name)));
}
