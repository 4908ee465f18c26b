/** A reading of a Redis server's own counters. */
export interface ServerCount {
  /** Calls so far by command name, those made from inside scripts included. */
  readonly calls: ReadonlyMap<string, number>;
  /** Processor time so far, user and system. */
  readonly cpuUs: number;
}

/** The observer's own command: reading the counters must not move them. */
const OBSERVER_COMMAND = "info";

/** Reads what `INFO commandstats` and `INFO cpu` say. */
export function serverCountFrom(info: string): ServerCount {
  const calls = new Map<string, number>();
  for (const [, name, count] of info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (name !== undefined && name !== OBSERVER_COMMAND) calls.set(name, Number(count));
  }
  return { calls, cpuUs: (secondsOf(info, "user") + secondsOf(info, "sys")) * 1e6 };
}

/** The readings of several servers as if they were one. */
export function sumOf(counts: readonly ServerCount[]): ServerCount {
  const calls = new Map<string, number>();
  for (const count of counts) {
    for (const [name, more] of count.calls) calls.set(name, (calls.get(name) ?? 0) + more);
  }
  return { calls, cpuUs: counts.reduce((sum, { cpuUs }) => sum + cpuUs, 0) };
}

/** How many commands clients sent between two readings; those that only scripts call are left out. */
export function commandsBetween(
  before: ServerCount,
  after: ServerCount,
  scriptCommands: ReadonlySet<string>,
): number {
  let count = 0;
  for (const [name, calls] of after.calls) {
    // A subcommand is counted under "container|subcommand" and seen under its container's name.
    const [command = name] = name.split("|");
    if (!scriptCommands.has(command)) count += calls - (before.calls.get(name) ?? 0);
  }
  return count;
}

function secondsOf(info: string, part: "user" | "sys"): number {
  return Number(new RegExp(`^used_cpu_${part}:([\\d.]+)`, "m").exec(info)?.[1] ?? 0);
}
