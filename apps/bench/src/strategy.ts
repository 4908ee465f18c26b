/** Where the locks of a strategy live: in the process itself, or on Redis servers. */
type Backend = "process" | "redis";

/**
 * One way to take a lock, as the benchmark sees it. Adding a library to the comparison is one file
 * that exports one of these, and a line in `strategies.ts`.
 */
export interface Strategy {
  /** What `--strategies` and the report call it. */
  readonly id: string;
  /** One line for `--list`. */
  readonly about: string;
  readonly backend: Backend;
  /** How many Redis servers it locks on; 1 where nothing is said. */
  readonly servers?: number;
  /** The strategies its figures are divided by, each in the same round. Empty for a yardstick. */
  readonly comparedWith: readonly string[];
  /** False when `acquire` rejects instead of waiting for a holder, as the raw drivers do. */
  readonly waits: boolean;
  /** The npm package whose size and import time stand for this strategy in scenario `package`. */
  readonly packageName?: string;
  /** Connects one process. Heavy imports belong in here, so that `--list` stays instant. */
  open(target: Target): Promise<LockClient>;
}

/** What a strategy connects to. */
export interface Target {
  /** `redis://host:port` of each server under measurement; empty for backend `process`. */
  readonly redisUrls: readonly string[];
}

/** One process's use of a strategy. Callers in the process share it, as they would in a service. */
export interface LockClient<Holding = unknown> {
  /** Waits for the lock where the strategy can wait; rejects where it cannot or gave up. */
  acquire(name: string): Promise<Holding>;
  /** Gives back what `acquire` resolved with. Returns nothing where the library is synchronous. */
  release(name: string, holding: Holding): Promise<unknown> | undefined;
  /**
   * Acquire, `work`, release in one call, for a library whose documented form is a callback. Scenarios
   * with nothing to do in between prefer it, so that such a library is not measured through a detour.
   */
  using?(name: string, work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** How long every strategy asks a lease for: long enough that no measured lease needs a renewal. */
export const LEASE_TTL_MS = 10_000;
