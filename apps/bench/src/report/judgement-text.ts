import type { Comparison } from "../gates/gate-row.ts";
import type { Judgement } from "../gates/judgement.ts";
import type { MetricKind, Scenario } from "../scenario.ts";
import { formatNumber, formatRatio } from "./format-number.ts";

/** A row of the gates and what a run says about it, in words. */
export interface JudgementText {
  readonly what: string;
  readonly median: string;
  readonly interval: string;
  readonly rounds: string;
  readonly must: string;
  readonly stretch: string;
}

const SIGNS: Readonly<Record<Comparison, string>> = {
  "at most": "≤",
  "at least": "≥",
  exactly: "=",
};

export function judgementText(scenarios: readonly Scenario[], judgement: Judgement): JudgementText {
  const { row, measured, interval, divisor } = judgement;
  const write = writerOf(scenarios, judgement);
  const sign = SIGNS[row.comparison];
  const isPeerKnown =
    row.dividedBy !== undefined && "peer" in row.dividedBy && divisor !== undefined;
  return {
    what: isPeerKnown ? `${row.text} (${divisor})` : row.text,
    median: measured === undefined ? "–" : `${boundSign(judgement)}${write(measured.median)}`,
    interval: interval === undefined ? "–" : `${write(interval.low)}–${write(interval.high)}`,
    rounds: roundsOf(judgement),
    must: `${sign} ${write(row.must)}`,
    stretch: stretchOf(judgement, write),
  };
}

/** Reasons with the ids of the rows that they stand for. */
export function reasonsOf(
  judgements: readonly Judgement[],
): readonly { readonly ids: readonly string[]; readonly why: string }[] {
  const reasons = new Set(judgements.flatMap(({ why }) => why ?? []));
  return [...reasons].map((why) => ({
    ids: judgements.filter((judgement) => judgement.why === why).map(({ row }) => row.id),
    why,
  }));
}

type Writer = (value: number) => string;

/** Of a figure that is only the least, or the most, that it can be. */
function boundSign({ bound }: Judgement): string {
  return bound === undefined ? "" : `${SIGNS[bound]} `;
}

function roundsOf({ measured, atItsWord }: Judgement): string {
  if (measured === undefined) return "–";
  return atItsWord === true ? `${measured.rounds}, at its word` : String(measured.rounds);
}

function stretchOf({ row, stretchReached }: Judgement, write: Writer): string {
  if (row.stretch === undefined) return "";
  const target = `${SIGNS[row.comparison]} ${write(row.stretch)}`;
  if (stretchReached === undefined) return target;
  return `${target} ${stretchReached ? "reached" : "not yet"}`;
}

/** A ratio as a ratio, anything else with its unit. */
function writerOf(scenarios: readonly Scenario[], { row }: Judgement): Writer {
  if (row.dividedBy !== undefined) return formatRatio;
  const kind: MetricKind =
    scenarios.find(({ id }) => id === row.scenario)?.metrics.find(({ id }) => id === row.metric)
      ?.kind ?? "count";
  return (value) => formatNumber(value, kind);
}
