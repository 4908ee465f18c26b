import type { Gap, Result } from "../method/outcome.ts";
import type { Machine } from "./machine.ts";
import type { Versions } from "./versions.ts";

/** Everything a run found out: what `--json` writes. Described field by field in the README. */
export interface Report {
  readonly machine: Machine;
  readonly versions: Versions;
  /** False when the run was interrupted. */
  readonly complete: boolean;
  readonly results: readonly Result[];
  readonly notMeasured: readonly Gap[];
}
