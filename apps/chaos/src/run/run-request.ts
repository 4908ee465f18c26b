import type { Fault } from "../fault.ts";
import type { GroundKind } from "../ground.ts";

/** What to run, everything decided. */
export interface RunRequest {
  readonly ground: GroundKind;
  /** A subject's id, or the file of a module that exports one. */
  readonly subject: string;
  readonly seed: number;
  readonly minutes: number;
  /** Worker processes. */
  readonly processCount: number;
  /** Those of `--faults`; undefined draws from all that are not left out. */
  readonly faults: readonly Fault[] | undefined;
  /** Where the history is kept; undefined keeps it only when something was found. */
  readonly historyFolder: string | undefined;
}

/** Tells how far a run is. */
export interface RunListener {
  /** A phase begins: anything that takes a while. */
  say(text: string): void;
  /** Several times a second. */
  update(state: RunState): void;
}

export interface RunState {
  readonly elapsedMs: number;
  readonly faultCount: number;
  readonly problemCount: number;
  /** Kinds of the faults under way. */
  readonly underWay: readonly string[];
}
