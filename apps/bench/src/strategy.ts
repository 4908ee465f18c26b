import type { LockSightState } from "./agent/lock-sight.ts";

/** Where the locks of a strategy live: in the process itself, or on servers of one kind. */
type Backend = "process" | ServerBackend;

/** The kinds of servers. */
export type ServerBackend = "redis" | "postgres" | "etcd";

/** What a strategy can do beyond exclusion. The report writes "no" for what is false. */
export interface Abilities {
  /** Every holder gets a token larger than those before it. */
  readonly fencing: boolean;
  /** A waiter is woken by the release; it does not ask again on a timer. */
  readonly waitsWithoutPolling: boolean;
  /** The holder is told when its lock is lost. */
  readonly lossSignal: boolean;
  /** A lock outlasts its ttl by itself while its holder lives. */
  readonly renewal: boolean;
  /** Waiters of all processes are served in the order in which they came. */
  readonly fairness: boolean;
  /** Several independent servers vote, so that the loss of a minority is survived. */
  readonly quorum: boolean;
}

/** The abilities of a raw driver: none. */
export const NO_ABILITIES: Abilities = {
  fencing: false,
  waitsWithoutPolling: false,
  lossSignal: false,
  renewal: false,
  fairness: false,
  quorum: false,
};

/**
 * One way to take a lock, as the benchmark sees it. Adding a library to the comparison is one file
 * that exports one of these, and a line in `strategies.ts`.
 */
export interface Strategy {
  /** What `--strategies` and the report call it. */
  readonly id: string;
  /** One line for `--list`. */
  readonly about: string;
  /** Whether it is another library, measured for comparison. */
  readonly isPeer?: boolean;
  readonly backend: Backend;
  readonly abilities: Abilities;
  /** How many servers it locks on; 1 where nothing is said. */
  readonly servers?: number;
  /** The strategies its figures are divided by, each in the same round. Empty for a yardstick. */
  readonly comparedWith: readonly string[];
  /**
   * Whether a released lock may go to a waiter of the same process before other processes, as often
   * as {@link Target.localHandoffMax} says.
   */
  readonly handsOffLocally?: boolean;
  /** False when `acquire` rejects instead of waiting for a holder, as the raw drivers do. */
  readonly waits: boolean;
  /** Whether it writes keys without the lock's name in them, which nobody could tell from others'. */
  readonly writesStrayKeys?: boolean;
  /** The npm package whose size and import time stand for this strategy in scenario `package`. */
  readonly packageName?: string;
  /** Connects one process. Heavy imports belong in here, so that `--list` stays instant. */
  open(target: Target): Promise<LockClient>;
}

/** What a strategy connects to. */
export interface Target {
  /** Of each server under measurement, as its drivers take it; empty for backend `process`. */
  readonly urls: readonly string[];
  /** On servers that others use: what every key has to contain. First in every name that comes in. */
  readonly namePrefix?: string;
  /** For a strategy that `handsOffLocally`: how often in a row. Its own default where nothing is said. */
  readonly localHandoffMax?: number;
}

/** What a scenario asks of one acquisition. */
export interface AcquireOptions {
  /** Lease length in milliseconds, where the library lets the caller choose one. */
  readonly ttlMs?: number;
  /** Ends a loop of the strategy around a library that cannot wait; libraries are not told. */
  readonly signal?: AbortSignal;
}

/** One process's use of a strategy. Callers in the process share it, as they would in a service. */
export interface LockClient<Holding = unknown> {
  /**
   * Waits for the lock where the strategy can wait; rejects where it cannot or gave up. The lock is
   * renewed by itself where the library does that. `ttlMs` defaults to {@link LEASE_TTL_MS}.
   */
  acquire(name: string, options?: AcquireOptions): Promise<Holding>;
  /** Gives back what `acquire` resolved with. Returns nothing where the library is synchronous. */
  release(name: string, holding: Holding): Promise<unknown> | undefined;
  /**
   * Acquire, `work`, release in one call, for a library whose documented form is a callback. Scenarios
   * with nothing to do in between prefer it, so that such a library is not measured through a detour.
   */
  using?(name: string, work: () => Promise<void>): Promise<void>;
  /** Calls `tell` once if the library finds that `holding` was lost; absent where it never says. */
  onLost?(holding: Holding, tell: () => void): void;
  /** What is known about the lock, for whoever looks on; absent where the library cannot say. */
  inspect?(name: string): Promise<LockSightState>;
  /** The fencing token of `holding`; absent where the library has none. */
  token?(holding: Holding): bigint | undefined;
  /** For how many milliseconds `holding` may still be relied on; absent where the library does not tell. */
  validForMs?(holding: Holding): number;
  close(): Promise<void>;
}

/** How long every strategy asks a lease for: long enough that no measured lease needs a renewal. */
export const LEASE_TTL_MS = 10_000;
