import { dividerOf } from "./divisor.ts";
import { isOneRound, noiseIn, whyTooFew } from "./doubt.ts";
import { type Evidence, isAt, isNumber, whyAbsent } from "./evidence.ts";
import { boundsOf, extremesOf, type Figure, figureOf, quotientOf } from "./figure.ts";
import type { GateField } from "./gate-plan.ts";
import type { GateRow } from "./gate-row.ts";
import type { Judgement } from "./judgement.ts";
import { verdictOf } from "./verdict.ts";

const WHY_OPEN = "the slices cut waits short that could decide it either way";

/** Judges every row. One that the run does not cover is not measured, with the reason. */
export function judge(rows: readonly GateRow[], evidence: Evidence): readonly Judgement[] {
  return rows.map((row) => judgeRow(row, evidence));
}

function judgeRow(row: GateRow, evidence: Evidence): Judgement {
  const excuse = excuseOf(row, evidence.field);
  if (excuse !== undefined) return notMeasured(row, excuse);
  const failure = evidence.gaps.find((gap) => gap.kind === "failed" && isAt(row, gap));
  if (failure !== undefined) {
    return { row, verdict: "misses", why: `${row.strategy} broke off: ${failure.why}` };
  }
  const own = figureOf(row, evidence);
  if (own === undefined) return notMeasured(row, whyAbsent(row, evidence));
  if (own.values.some((value) => isNumber(value) && value < 0)) {
    return notMeasured(row, `${row.strategy} has a ${row.metric} below 0: too little to measure`);
  }
  return row.dividedBy === undefined
    ? founded(row, own, evidence)
    : judgeRatio({ ...row, dividedBy: row.dividedBy }, own, evidence);
}

function judgeRatio(
  row: GateRow & Required<Pick<GateRow, "dividedBy">>,
  own: Figure,
  evidence: Evidence,
): Judgement {
  const divider = dividerOf(row, row.dividedBy, evidence);
  if (typeof divider === "string") return notMeasured(row, divider);
  const { name, figure, lacking } = divider;
  if (figure.values.some((value) => isNumber(value) && value <= 0)) {
    const why = `${name} has a round of 0 or less to divide by: too little to measure`;
    return { ...notMeasured(row, why), divisor: name };
  }
  const judgement = { ...founded(row, quotientOf(own, figure), evidence), divisor: name };
  if (lacking === undefined) return judgement;
  // The peer that is missing might have been better: what misses against another misses all the same.
  const { stretchReached: _, ...figures } = judgement;
  const why = [judgement.why ?? [], lacking].flat().join("; ");
  return judgement.verdict === "holds"
    ? { ...figures, verdict: "not measured", why }
    : { ...figures, why };
}

/** The verdict on the values, unless there are too few of them or too much doubt. */
function founded(row: GateRow, figure: Figure, evidence: Evidence): Judgement {
  const usable = figure.values.filter(isNumber);
  if (usable.length === 0) return notMeasured(row, "no round has all that it takes");
  const [bound, otherBound] = boundsOf(figure);
  if (otherBound !== undefined) return { row, verdict: "too noisy", why: WHY_OPEN };
  const { stretchReached, ...judgement } = verdictOf(row, usable);
  const figures = { ...judgement, ...(bound === undefined ? {} : { bound }) };
  const extremes = extremesOf(figure).map((values) => verdictOf(row, values.filter(isNumber)));
  const isOpen = extremes.some(({ verdict }) => verdict !== judgement.verdict);
  // A single wrong round refutes an exact value.
  const isRefuted = row.comparison === "exactly" && judgement.verdict === "misses";
  const doubt = isRefuted
    ? undefined
    : (whyTooFew(row, figure.values, evidence) ?? noiseIn(row, evidence));
  const why = isOpen ? WHY_OPEN : doubt;
  if (why !== undefined) return { ...figures, verdict: "too noisy", why };
  return {
    ...figures,
    ...(stretchReached === undefined
      ? {}
      : { stretchReached: extremes.every((extreme) => extreme.stretchReached === true) }),
    ...(isOneRound(row, evidence) ? { atItsWord: true } : {}),
  };
}

function notMeasured(row: GateRow, why: string): Judgement {
  return { row, verdict: "not measured", why };
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
