import type { Comparison } from "../compare/comparison.ts";
import type { Judgement } from "../gates/judgement.ts";
import type { Control, Gap, Inability, Result } from "../method/outcome.ts";
import type { Machine } from "./machine.ts";
import type { Versions } from "./versions.ts";

/** What a run says about the user's own servers. */
export interface GivenServersNote {
  /** Scheme, host and port of each. */
  readonly urls: readonly string[];
  /** What every key of the run contained. */
  readonly namePrefix: string;
  readonly keysRemoved: number;
  /** Why keys were left behind, a line for each server. */
  readonly failures: readonly string[];
}

/** Everything a run found out: what `--json` writes. Described field by field in the README. */
export interface Report {
  readonly machine: Machine;
  readonly versions: Versions;
  /** False when the run was interrupted. */
  readonly complete: boolean;
  /** True for a `--quick` run: too short to conclude anything from. */
  readonly notForGating: boolean;
  /** True where locks were looked at during the run, which costs. */
  readonly watched?: true;
  /** When it began, as ISO 8601 has it; absent in results of before it was written down. */
  readonly startedAt?: string;
  /** The flags that make such a run again, without passwords; absent as well. */
  readonly flags?: readonly string[];
  /** Present with `--url`. */
  readonly givenServers?: GivenServersNote;
  readonly results: readonly Result[];
  /** What each control says about the noise. */
  readonly noise: readonly Control[];
  /** What the report writes "no" for. */
  readonly cannot: readonly Inability[];
  readonly notMeasured: readonly Gap[];
  /** Present with `--gate`. */
  readonly gates?: readonly Judgement[];
  /** Present with `--compare`. */
  readonly comparison?: Comparison;
}
