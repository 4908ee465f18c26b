import type { HistoryEvent } from "@holdfast/history";
import type { BackendName } from "../ground.ts";
import type { WriteTally } from "../resource/fenced-resource.ts";
import type { LeftOut } from "./choose-faults.ts";
import type { Problem } from "./problem.ts";
import type { Inflicted } from "./storm.ts";

/** What a run did, and what came of it. */
export interface RunResult {
  readonly backend: BackendName;
  readonly subject: string;
  readonly isFenced: boolean;
  readonly seed: number;
  /** Kinds that were asked for; undefined where all were that no promise excludes. */
  readonly askedFaults: readonly string[] | undefined;
  /** What was asked for. */
  readonly plannedMinutes: number;
  /** From the first turn to the last, checks excluded. */
  readonly minutes: number;
  /** False when it ended early. */
  readonly isComplete: boolean;
  /** Why the run itself could not go on: no fault of the subject. */
  readonly brokenOff: string | undefined;
  readonly processCount: number;
  readonly names: readonly string[];
  readonly ttlsMs: readonly number[];
  readonly counts: Counts;
  readonly faults: readonly Inflicted[];
  readonly leftOut: readonly LeftOut[];
  readonly writes: readonly WriteTally[];
  /** For so long nothing was broken, and what has to come in time was looked at. */
  readonly calmSeconds: number;
  /** From a release to the grant of who waited, in calm, in milliseconds; undefined where there was none. */
  readonly handOffMs: Quantiles | undefined;
  /** From the kill of a holder to the next grant of its lock, in calm, in milliseconds. */
  readonly crashHandOffMs: Quantiles | undefined;
  readonly problems: readonly Problem[];
  /** Names of which no order of events was found, nor that there is none. */
  readonly undecided: readonly string[];
  readonly checkSeconds: number;
  /** Where the history is, if it was kept. */
  readonly historyFolder: string | undefined;
}

export interface Counts {
  readonly events: number;
  /** Locks that were granted. */
  readonly cycles: number;
  readonly refused: number;
  readonly unknown: number;
  readonly renewals: number;
  readonly losses: number;
  /** Worker processes there were in all. */
  readonly processes: number;
}

export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** A result with the history that it was found in, for a drawing. */
export interface Finished {
  readonly result: RunResult;
  readonly history: readonly HistoryEvent[];
}
