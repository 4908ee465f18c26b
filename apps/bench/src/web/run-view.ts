import type { LockSight } from "../agent/lock-sight.ts";
import type { Sample } from "../scenario.ts";
import type { RunWish } from "./run-wish.ts";

/** Where a run is in its life. `stopping` ends in one of the last three. */
export type RunPhase = "running" | "stopping" | "finished" | "stopped" | "failed";

/** The variant that is being measured. */
export interface VariantView {
  readonly scenario: string;
  readonly variant: string;
  /** Slices begun, of all: those of the warm-up and the control are among them. */
  readonly begun: number;
  readonly slices: number;
  /** Who is being measured now. */
  readonly strategy: string;
  /** Strategy to its samples so far, a round each. */
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
}

/** All that a page shows of a run while it goes on. Sent whole, so that a page may begin anywhere. */
export interface RunView {
  readonly id: string;
  readonly phase: RunPhase;
  readonly startedAt: string;
  readonly wish: RunWish;
  /** How many variants were begun, of all. */
  readonly variantsBegun: number;
  readonly variantCount: number;
  readonly now: VariantView | null;
  /** What it said last, oldest first. */
  readonly said: readonly string[];
  /** Present where locks are watched. */
  readonly locks: readonly LockSight[];
  /** How many variants are in the file of results. */
  readonly parts: number;
  /** Why it failed. */
  readonly why: string | null;
}

/** What every page is sent whenever something changes. */
export interface DeskView {
  /** The run of now, or the last one since the server began. */
  readonly run: RunView | null;
  /** Grows with every change of the list of results. */
  readonly resultsVersion: number;
}
