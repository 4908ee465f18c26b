import type { SeedViolation } from "../run/observer.ts";
import type { Topology } from "../run/topology.ts";

/** Seeds for one thread to run, one after another. */
export interface Chunk {
  readonly firstSeed: number;
  readonly seedCount: number;
  readonly topology: Topology | undefined;
}

/** A seed that went wrong. */
export interface FailedSeed {
  readonly seed: number;
  readonly topology: Topology;
  readonly violations: readonly SeedViolation[];
}

/** What a thread has run of its chunk. */
export interface ChunkResult {
  readonly chunk: Chunk;
  readonly eventCount: number;
  readonly failed: readonly FailedSeed[];
}
