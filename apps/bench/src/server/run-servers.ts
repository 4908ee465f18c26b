import type { Strategy, Target } from "../strategy.ts";
import type { ServerUnderTest } from "./server-under-test.ts";

/** The servers that a run measures on, started for it or given to it. */
export interface RunServers {
  /** Program to version, for each kind that runs. */
  readonly versions: Readonly<Record<string, string>>;
  /** Whether all servers share the clients' core; undefined where there is none, or it is not known. */
  readonly pinned: boolean | undefined;
  /** Why this strategy has no server, when it needs one and there is none. */
  missing(strategy: Strategy): string | undefined;
  /** Those of this strategy that the run may count on, break and mend; none that were given to it. */
  of(strategy: Strategy): readonly ServerUnderTest[];
  /** What this strategy connects to. */
  targetOf(strategy: Strategy): Target;
  stop(): Promise<void>;
}
