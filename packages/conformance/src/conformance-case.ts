import type { CaseContext } from "./case-context.ts";
import type { Facts } from "./facts.ts";

/** A numbered invariant of the design, as `docs/guarantees.md` states it. */
export type InvariantId =
  | "G-01"
  | "G-02"
  | "G-03"
  | "G-04"
  | "G-05"
  | "G-06"
  | "G-07"
  | "G-08"
  | "G-09"
  | "G-10"
  | "G-11"
  | "G-12";

/** One check that every provider must pass, unless a declared fact excuses it. */
export interface ConformanceCase {
  /** Stable, in kebab-case. */
  readonly id: string;
  /** What a failure violates; they are part of the test's title, so tests can be chosen by them. */
  readonly invariants: readonly [InvariantId, ...InvariantId[]];
  /** A sentence that is true of a conforming provider. */
  readonly title: string;
  /** Why the case does not apply to a provider with these facts; undefined when it does. */
  readonly skip?: (facts: Facts) => string | undefined;
  /** The case holds for `exclusion: "none"` too; the others are skipped there. */
  readonly appliesWithoutExclusion?: true;
  run(context: CaseContext): Promise<void>;
}

/** Why the case is not run on a provider with these facts; undefined when it is. */
export function skipReason(each: ConformanceCase, facts: Facts): string | undefined {
  const { exclusion } = facts.capabilities;
  if (exclusion === "none" && !each.appliesWithoutExclusion) return "declares exclusion: none";
  return each.skip?.(facts);
}

/** How a case is called in every report: invariants, id, sentence. */
export function caseTitle(conformanceCase: ConformanceCase): string {
  const { invariants, id, title } = conformanceCase;
  return `${invariants.join(" ")} ${id}: ${title}`;
}
