import { UsageError } from "../usage-error.ts";
import { durationMs } from "./duration.ts";

/** What `--ttl`, `--wait` and `--no-wait` say, in milliseconds; undefined where they say nothing. */
export interface LockFlags {
  readonly ttlMs: number | undefined;
  readonly waitMs: number | undefined;
}

/** Reads the flags of the commands that take a lock. */
export function readLockFlags(flags: ReadonlyMap<string, string>): LockFlags {
  const ttl = flags.get("ttl");
  const wait = flags.get("wait");
  const isOnce = flags.has("no-wait");
  if (isOnce && wait !== undefined) {
    throw new UsageError("--wait and --no-wait contradict each other", "accepted: one of them");
  }
  return {
    ttlMs: ttl === undefined ? undefined : durationMs("ttl", ttl),
    waitMs: waitMsOf(wait, isOnce),
  };
}

function waitMsOf(wait: string | undefined, isOnce: boolean): number | undefined {
  if (isOnce) return 0;
  return wait === undefined ? undefined : durationMs("wait", wait);
}
