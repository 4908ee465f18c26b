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
 * Variants in which more take part than rows ask for: what a reader compares the judged ones with, and
 * what faults do to them, for which there are few rows or none.
 */
const SHOWN: readonly {
  readonly scenario: string;
  readonly variant: string;
  /** Whether chosen peers take part as well, and the yardsticks of all. */
  readonly wide: boolean;
}[] = [
  { scenario: "uncontended", variant: "1 caller", wide: true },
  { scenario: "contended", variant: "4 processes × 16 contenders, 1 ms hold", wide: false },
  { scenario: "crash", variant: "ttl 2 s", wide: false },
  { scenario: "pause", variant: "ttl 2 s", wide: true },
  { scenario: "loss", variant: "session terminated", wide: false },
  { scenario: "member-down", variant: "a minority killed", wide: false },
  { scenario: "member-hung", variant: "a minority hung", wide: false },
];

/**
 * What the rows of the chosen strategies need: their variants, in each of these they themselves
 * and what they are divided by. A peer takes part only where it was chosen. In the variants of
 * {@link SHOWN} the other chosen strategies on the same backends take part as well.
 */
export function gatePlanItems(rows: readonly GateRow[], field: GateField): readonly PlanItem[] {
  const chosenRows = rows.filter((row) => field.chosen.some(({ id }) => id === row.strategy));
  const judged = new Set(chosenRows.flatMap((row) => entrantsOf(row, field)));
  const backends = new Set([...judged].map(({ backend }) => backend));
  return field.scenarios.flatMap((scenario) =>
    scenario.variants.flatMap((variant) => {
      const here = chosenRows.filter((row) => asks(row, scenario, variant));
      const wanted = new Set(here.flatMap((row) => entrantsOf(row, field)));
      const onlookers = onlookersAt(scenario, variant, field);
      const strategies = field.known.filter(
        (strategy) =>
          wanted.has(strategy) || (backends.has(strategy.backend) && onlookers.has(strategy)),
      );
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

function onlookersAt(
  scenario: Scenario,
  variant: Variant,
  { chosen, known }: GateField,
): ReadonlySet<Strategy> {
  const shown = SHOWN.find(
    (place) => place.scenario === scenario.id && place.variant === variant.title,
  );
  if (shown === undefined) return new Set();
  const locks = chosen.filter(({ isPeer, comparedWith }) =>
    isPeer === true ? shown.wide : comparedWith.length > 0,
  );
  if (!shown.wide) return new Set(locks);
  const yardsticks = new Set(locks.flatMap(({ comparedWith }) => comparedWith));
  const raw = known.filter(({ id, isPeer }) => isPeer !== true && yardsticks.has(id));
  return new Set([...locks, ...raw]);
}
