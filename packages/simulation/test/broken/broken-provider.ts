import type { Sabotage } from "../../src/run/run.ts";
import type { Topology } from "../../src/run/topology.ts";

/** One realistic fault of a provider, of a member or of a quorum. */
export interface BrokenVariant {
  readonly id: string;
  readonly topology: Topology;
  /** Made anew for every run. */
  sabotage(): Sabotage;
}

/** Within so many seeds every variant has to be noticed. */
export const SEEDS_MAX = 2_000;
