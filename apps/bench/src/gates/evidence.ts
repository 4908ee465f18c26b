import type { Outcome, Place } from "../method/outcome.ts";
import type { GateField } from "./gate-plan.ts";
import type { GateRow } from "./gate-row.ts";

/** What a run found out, and what it was allowed to look at. */
export interface Evidence extends Outcome {
  readonly field: GateField;
}

/** A figure's value in each round, null where a round has none. */
export type RoundValues = readonly (number | null)[];

/** A figure that a row asks for, and what would be needed for it. */
export interface Wanted extends Place {
  readonly metric: string;
  readonly needs: GateRow["needs"];
}

export function isAt(place: Place, other: Place): boolean {
  return (
    place.strategy === other.strategy &&
    place.scenario === other.scenario &&
    place.variant === other.variant
  );
}

export function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number";
}

/** The figure's rounds, or undefined where the run has none. */
export function valuesOf(wanted: Wanted, { results }: Outcome): RoundValues | undefined {
  return results.find((result) => isAt(wanted, result))?.values[wanted.metric];
}

/** Whether the strategy is not made for the figure. */
export function isUnable(wanted: Wanted, { cannot }: Outcome): boolean {
  return cannot.some(
    (inability) => isAt(wanted, inability) && (inability.metrics?.includes(wanted.metric) ?? true),
  );
}

/** Why the run has no such figure. */
export function whyAbsent(wanted: Wanted, evidence: Outcome): string {
  const { strategy, metric, needs } = wanted;
  const gap = evidence.gaps.find((candidate) => isAt(wanted, candidate));
  if (gap?.kind === "failed") return `${strategy} broke off: ${gap.why}`;
  if (gap !== undefined) {
    const need = needs.length === 0 ? [] : [`which needs ${needs.join(" and ")}`];
    return `${[strategy, ...need].join(", ")}: ${gap.why}`;
  }
  if (isUnable(wanted, evidence)) return `${strategy} cannot do it`;
  return `${strategy} has no ${metric} in this run`;
}
