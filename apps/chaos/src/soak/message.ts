import type { MemorySample } from "./memory-sample.ts";

/** The backends that can be soaked; `memory` has no server. */
export type SoakBackend = (typeof soakBackends)[number];

export const soakBackends = ["redis", "redlock", "postgres", "etcd", "memory"] as const;

/** What the process under test is told to do. */
export interface SoakTask {
  readonly backend: SoakBackend;
  /** Of each server. */
  readonly urls: readonly string[];
  /** At least so many acquires are given back by a release. */
  readonly cycleCount: number;
  /** That acquire at the same time. */
  readonly callerCount: number;
  /** How often its memory is measured, evenly over the cycles after the warm-up. */
  readonly sampleCount: number;
  /** How long what was closed may take to be gone. */
  readonly settleMsMax: number;
}

/** From the parent to the process under test. */
export type SoakOrder =
  | { readonly order: "begin"; readonly task: SoakTask }
  /** End early, and report what was done. */
  | { readonly order: "stop" }
  /** The servers were asked what is left: the process may end. */
  | { readonly order: "leave" };

/** From the process under test to its parent. */
export type SoakNews =
  | { readonly news: "progress"; readonly cycles: number }
  /** Everything is closed, the process still there. */
  | { readonly news: "closed"; readonly account: SoakAccount }
  | { readonly news: "failed"; readonly why: string };

/** What the process under test did and found. */
export interface SoakAccount extends TurnCounts {
  readonly samples: readonly MemorySample[];
  /** Of the cycles alone: measuring, opening and closing are not in it. */
  readonly seconds: number;
  /** Sentences about what the process still has, after everything was closed. */
  readonly leftovers: readonly string[];
}

/** What was counted. */
export interface TurnCounts {
  /** Acquires that were granted and released. */
  readonly cycles: number;
  /** Leases that began with a grant of the server. */
  readonly serverCycles: number;
  /** Leases that a caller of the process was handed by another one, without a command. */
  readonly localCycles: number;
  /** Waits that ended by their time or by an abort. */
  readonly withdrawn: number;
  readonly renewals: number;
  /** Calls that failed otherwise, by error code; a busy machine may have some. */
  readonly faults: Readonly<Record<string, number>>;
}
