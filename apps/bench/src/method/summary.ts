import type { Metric, Sample } from "../scenario.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** Metric id to its spread over the rounds. */
export type Spreads = Readonly<Record<string, Spread>>;

/** A strategy's samples, one per round, in the order of the rounds. */
export type SampleList = readonly Sample[];

/** The metrics of one strategy over all its rounds. A metric without a single value is left out. */
export function summarise(metrics: readonly Metric[], samples: SampleList): Spreads {
  return spreadsBy(metrics, ({ id }) => samples.map((sample) => sample[id]));
}

/**
 * One strategy divided by another. Each round is divided by itself and the median taken after: what
 * slows the machine down for a while slows both of a round, and so cancels out.
 */
export function ratios(metrics: readonly Metric[], own: SampleList, other: SampleList): Spreads {
  return spreadsBy(
    metrics.filter(({ compared }) => compared),
    ({ id }) => own.map((sample, round) => quotient(sample[id], other[round]?.[id])),
  );
}

function quotient(dividend: number | undefined, divisor: number | undefined): number | undefined {
  return dividend === undefined || divisor === undefined || divisor === 0
    ? undefined
    : dividend / divisor;
}

function spreadsBy(
  metrics: readonly Metric[],
  valuesOf: (metric: Metric) => readonly (number | undefined)[],
): Spreads {
  const entries = metrics.flatMap((metric) => {
    const values = valuesOf(metric).filter((value) => value !== undefined);
    return values.length === 0 ? [] : [[metric.id, spreadOf(values)] as const];
  });
  return Object.fromEntries(entries);
}
