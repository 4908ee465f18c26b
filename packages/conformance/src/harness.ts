import type { LockProvider } from "@holdfast/core";
import type { WitnessEvent } from "./witness-event.ts";

/**
 * What the suite needs to know about one provider under test: how to open clients of its backend
 * and, where the backend can be harmed on purpose, how to harm it.
 *
 * Only `name` and `open` are required. A case that needs more is skipped, with the reason printed.
 */
export interface Harness {
  /** Names the provider in the report: `memory`, `redis (ioredis)`. */
  readonly name: string;

  /**
   * A new client of the same backend, sharing nothing with the ones opened before: as another
   * process would be. The suite disposes it. For a provider that lives inside one process, give
   * {@link shareProvider} of the one instance.
   */
  open(): Promise<LockProvider>;

  /** Ways to harm the backend. Leave out what cannot be done; each one missing skips its cases. */
  readonly faults?: HarnessFaults;

  /** How another process opens a client. Required for the cases of capability scope `network`. */
  readonly child?: ChildModule;

  /**
   * What is still stored on the backend for locks, as readable strings: keys, server locks, leases,
   * queue entries. Fence counters and tombstones with a bounded life are left out. Called after
   * every case, when every client is disposed; what remains longer than its bound fails the case.
   */
  leftovers?(): Promise<readonly string[]>;

  /**
   * What is wrong with what the processes of a case saw, in words: one that is not empty fails the case.
   * Called after every case with several processes, with its events in the order of time.
   */
  checkHistory?(history: readonly WitnessEvent[]): readonly string[];

  /** Ends the backend. Called once, after the last case. */
  close?(): Promise<void>;
}

/** Every fault is followed by its remedy before the case ends, also when the case fails. */
export interface HarnessFaults {
  /** The backend accepts bytes and answers nothing, as a stopped process does, until `resume`. */
  readonly hang?: () => Promise<void>;
  /** Undoes `hang`: what was sent meanwhile is answered. */
  readonly resume?: () => Promise<void>;
  /** Requests arrive and take effect, replies are lost, until `heal`. */
  readonly loseReplies?: () => Promise<void>;
  /** Undoes `loseReplies`. */
  readonly heal?: () => Promise<void>;
  /** Whatever tells a waiter that it was granted, or may be, is lost, until `tellNotices`. */
  readonly loseNotices?: () => Promise<void>;
  /** Undoes `loseNotices`. */
  readonly tellNotices?: () => Promise<void>;
  /** Ends every connection of every client at once; a client may connect again immediately. */
  readonly killConnections?: () => Promise<void>;
  /** The backend loses all its data and goes on: FLUSHALL, a restart with an empty disk. */
  readonly forget?: () => Promise<void>;
  /** Somebody without any right to it removes the lock of this name from the backend. */
  readonly deleteOutside?: (name: string) => Promise<void>;
}

/** An ES module that a child process imports; Node must be able to run it as it is. */
export interface ChildModule {
  /** File URL of a module that exports {@link ChildOpen} under the name `open`. */
  readonly module: string;
  /** Added to the environment of the child: addresses, prefixes. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a {@link ChildModule} exports as `open`. */
export type ChildOpen = () => Promise<LockProvider>;
