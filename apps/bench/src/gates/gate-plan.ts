import type { PlanItem } from "../method/plan.ts";
import type { Scenario, Variant } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import type { GateRow } from "./gate-row.ts";
import { isPeerOf } from "./is-peer-of.ts";

/** What the command line lets take part, and what there is beside it. */
export interface GateField {
  /** The scenarios of the run. */
  readonly scenarios: readonly Scenario[];
  /** The strategies of the run. */
  readonly chosen: readonly Strategy[];
  /** Every strategy there is: a row's yardstick takes part without having been chosen. */
  readonly known: readonly Strategy[];
}

/**
 * Just what the rows of the chosen strategies need: their variants, in each of these they themselves
 * and what they are divided by. A peer takes part only where it was chosen.
 */
export function gatePlanItems(rows: readonly GateRow[], field: GateField): readonly PlanItem[] {
  const chosenRows = rows.filter((row) => field.chosen.some(({ id }) => id === row.strategy));
  return field.scenarios.flatMap((scenario) =>
    scenario.variants.flatMap((variant) => {
      const here = chosenRows.filter((row) => asks(row, scenario, variant));
      const wanted = new Set(here.flatMap((row) => entrantsOf(row, field)));
      const strategies = field.known.filter((strategy) => wanted.has(strategy));
      return strategies.length === 0 ? [] : [{ scenario, variant, strategies }];
    }),
  );
}

function asks(row: GateRow, scenario: Scenario, variant: Variant): boolean {
  if (row.scenario !== scenario.id) return false;
  const { dividedBy } = row;
  const other = dividedBy !== undefined && "metric" in dividedBy ? dividedBy.variant : undefined;
  return row.variant === variant.title || other === variant.title;
}

function entrantsOf({ strategy, dividedBy }: GateRow, field: GateField): readonly Strategy[] {
  const own = field.chosen.find(({ id }) => id === strategy);
  if (own === undefined) return [];
  if (dividedBy === undefined || "metric" in dividedBy) return [own];
  if ("peer" in dividedBy) return [own, ...field.chosen.filter((other) => isPeerOf(other, own))];
  const divisor = field.known.find(({ id }) => id === dividedBy.strategy);
  const takesPart =
    divisor !== undefined && (divisor.isPeer !== true || field.chosen.includes(divisor));
  return takesPart ? [own, divisor] : [own];
}
