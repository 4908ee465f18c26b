import type { Outcome, Place } from "../method/outcome.ts";
import { medianOf } from "../method/spread.ts";
import type { GateField } from "./gate-plan.ts";
import type { Divisor, GateRow } from "./gate-row.ts";
import { isPeerOf } from "./is-peer-of.ts";
import type { Judgement } from "./judgement.ts";
import { verdictOf } from "./verdict.ts";

/** What a run found out, and what it was allowed to look at. */
export interface Evidence extends Outcome {
  readonly field: GateField;
}

/** Judges every row. One that the run does not cover is not measured, with the reason. */
export function judge(rows: readonly GateRow[], evidence: Evidence): readonly Judgement[] {
  return rows.map((row) => judgeRow(row, evidence));
}

function judgeRow(row: GateRow, evidence: Evidence): Judgement {
  const excuse = excuseOf(row, evidence.field);
  if (excuse !== undefined) return { row, verdict: "not measured", why: excuse };
  const failure = evidence.gaps.find((gap) => gap.kind === "failed" && isAt(row, gap));
  if (failure !== undefined) {
    return { row, verdict: "misses", why: `${row.strategy} broke off: ${failure.why}` };
  }
  const own = valuesOf(row, evidence, row);
  if (own === undefined) return { row, verdict: "not measured", why: whyAbsent(row, evidence) };
  const { dividedBy } = row;
  if (dividedBy === undefined) return verdictOf(row, own.filter(isNumber));
  const divisor = divisorOf(row, dividedBy, evidence);
  if (typeof divisor === "string") return { row, verdict: "not measured", why: divisor };
  const quotients = own.flatMap((value, round) => {
    const other = divisor.values[round];
    return isNumber(value) && isNumber(other) && other !== 0 ? [value / other] : [];
  });
  if (quotients.length === 0) {
    return { row, verdict: "not measured", why: `${divisor.name} is 0 in every round` };
  }
  return { ...verdictOf(row, quotients), divisor: divisor.name };
}

/** Why a run with this command line cannot judge the row, or undefined where it can. */
function excuseOf(row: GateRow, { scenarios, chosen, known }: GateField): string | undefined {
  if (!known.some(({ id }) => id === row.strategy)) return `there is no ${row.strategy} yet`;
  if (!chosen.some(({ id }) => id === row.strategy)) return `${row.strategy} was not chosen`;
  const scenario = scenarios.find(({ id }) => id === row.scenario);
  if (scenario === undefined) return `scenario ${row.scenario} was not chosen`;
  return scenario.variants.some(({ title }) => title === row.variant)
    ? undefined
    : `${row.scenario} has no variant "${row.variant}"`;
}

type Values = readonly (number | null)[];

function valuesOf(
  { metric }: { readonly metric: string },
  { results }: Outcome,
  place: Place,
): Values | undefined {
  return results.find((result) => isAt(place, result))?.values[metric];
}

function isAt(place: Place, other: Place): boolean {
  return (
    place.strategy === other.strategy &&
    place.scenario === other.scenario &&
    place.variant === other.variant
  );
}

/** A figure that is missing, and what would be needed for it. */
interface Wanted extends Place {
  readonly metric: string;
  readonly needs: GateRow["needs"];
}

function whyAbsent(place: Wanted, evidence: Outcome): string {
  const gap = evidence.gaps.find((candidate) => isAt(place, candidate));
  if (gap !== undefined) return `${[place.strategy, ...needWords(place)].join(", ")}: ${gap.why}`;
  const inability = evidence.cannot.find((candidate) => isAt(place, candidate));
  if (inability !== undefined && (inability.metrics?.includes(place.metric) ?? true)) {
    return `${place.strategy} cannot do it`;
  }
  return `${place.strategy} has no ${place.metric} in this run`;
}

function needWords({ needs }: Wanted): readonly string[] {
  return needs.length === 0 ? [] : [`which needs ${needs.join(" and ")}`];
}

interface ValuesNamed {
  readonly name: string;
  readonly values: Values;
}

/** What to divide by, or the reason why there is nothing. */
function divisorOf(row: GateRow, divisor: Divisor, evidence: Evidence): ValuesNamed | string {
  if ("peer" in divisor) return bestPeer(row, evidence);
  const place: Wanted =
    "strategy" in divisor
      ? { ...row, strategy: divisor.strategy }
      : { ...row, variant: divisor.variant ?? row.variant, metric: divisor.metric };
  const values = valuesOf(place, evidence, place);
  if (values !== undefined) return { name: place.strategy, values };
  return isLeftOutPeer(place.strategy, evidence.field)
    ? `${place.strategy} takes part with --peers`
    : whyAbsent(place, evidence);
}

function placeOf({ strategy, scenario, variant }: GateRow): Place {
  return { strategy, scenario, variant };
}

function isLeftOutPeer(strategy: string, { known, chosen }: GateField): boolean {
  const isIt = ({ id }: { readonly id: string }): boolean => id === strategy;
  return known.some((other) => isIt(other) && other.isPeer === true) && !chosen.some(isIt);
}

/** The peer with the best median: the largest where the row asks for at least, else the smallest. */
function bestPeer(row: GateRow, evidence: Evidence): ValuesNamed | string {
  const { chosen } = evidence.field;
  const own = chosen.find(({ id }) => id === row.strategy);
  const peers = chosen.filter((other) => own !== undefined && isPeerOf(other, own));
  if (peers.length === 0) return "no peer was chosen: add --peers";
  const measured = peers.flatMap(({ id }) => {
    const values = valuesOf(row, evidence, { ...placeOf(row), strategy: id });
    return values === undefined ? [] : [{ name: id, values }];
  });
  const sign = row.comparison === "at least" ? -1 : 1;
  const [best] = measured.toSorted((a, b) => sign * (middle(a) - middle(b)));
  return best ?? "no peer was measured in it";
}

function middle({ values }: ValuesNamed): number {
  return medianOf(values.filter(isNumber));
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number";
}
