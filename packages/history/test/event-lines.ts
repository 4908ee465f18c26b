import type { HistoryEvent, Operation, Phase } from "../src/history-event.ts";

const FIELDS =
  /^(?<ms>[\d.]+) (?:(?<process>[\w-]+):)?(?<hold>[\w-]+) (?<operation>\w+) (?<phase>\w+)(?<rest>.*)$/;

/**
 * A history in few words, a line for each event: `12.5 a acquire ok token=3 until=300`. Times are in
 * milliseconds, the lock is called `lock`, and a hold is its own process unless `process:` says another.
 */
export function history(lines: string): readonly HistoryEvent[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => eventOf(line.trim()));
}

function eventOf(line: string): HistoryEvent {
  const found = FIELDS.exec(line)?.groups;
  if (found === undefined) throw new Error(`no event: ${line}`);
  const { ms = "", hold = "", process = hold, operation, phase, rest = "" } = found;
  const given = new Map([...rest.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key, value]));
  const [token, until, ttl, value, detail] = ["token", "until", "ttl", "value", "detail"].map(
    (key) => given.get(key),
  );
  return {
    atNs: Number(ms) * 1e6,
    process,
    client: process,
    hold,
    name: "lock",
    operation: operation as Operation,
    phase: phase as Phase,
    ...(token === undefined ? {} : { token }),
    ...(ttl === undefined ? {} : { ttlMs: Number(ttl) }),
    ...(until === undefined ? {} : { validUntilNs: Number(until) * 1e6 }),
    ...(value === undefined ? {} : { value: Number(value) }),
    ...(detail === undefined ? {} : { detail }),
  };
}
