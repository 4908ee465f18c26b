import type { SoakAccount, SoakBackend } from "./message.ts";
import type { Slope } from "./slope.ts";

/** What a soak found; `--json` writes it. */
export interface SoakResult extends SoakAccount {
  readonly kind: "holdfast-soak";
  readonly backend: SoakBackend;
  readonly callers: number;
  /** Version of Node. */
  readonly node: string;
  /** Ended early, by its user. */
  readonly isInterrupted: boolean;
  readonly slope: Slope;
}

/** Whether nothing is left and memory does not grow, as far as the run can tell. */
export function isClean({ leftovers, slope }: SoakResult): boolean {
  return leftovers.length === 0 && slope.verdict !== "leaks";
}
