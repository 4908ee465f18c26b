import type { Metric, Sample } from "../scenario.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** Metric id to its spread over the rounds. */
export type Spreads = Readonly<Record<string, Spread>>;

/** A strategy's samples, one per round, in the order of the rounds. */
export type SampleList = readonly Sample[];

/** The metrics of one strategy over all its rounds. A metric without a single value is left out. */
export function summarise(metrics: readonly Metric[], samples: SampleList): Spreads {
  return spreadsBy(metrics, ({ id }) =>
    samples.map((sample) => sample[id]).filter((value) => value !== undefined),
  );
}

/**
 * One strategy divided by another. Each round is divided by itself and the median taken after: what
 * slows the machine down for a while slows both of a round, and so cancels out.
 */
export function ratios(metrics: readonly Metric[], own: SampleList, other: SampleList): Spreads {
  return spreadsBy(
    metrics.filter(({ compared }) => compared),
    ({ id }) => quotients(id, own, other),
  );
}

/** A metric of each round divided by that of the same round. Rounds without either are left out. */
export function quotients(metricId: string, own: SampleList, other: SampleList): readonly number[] {
  return own.flatMap((sample, round) => {
    const dividend = sample[metricId];
    const divisor = other[round]?.[metricId];
    return dividend === undefined || divisor === undefined || divisor === 0
      ? []
      : [dividend / divisor];
  });
}

function spreadsBy(
  metrics: readonly Metric[],
  valuesOf: (metric: Metric) => readonly number[],
): Spreads {
  const entries = metrics.flatMap((metric) => {
    const values = valuesOf(metric);
    return values.length === 0 ? [] : [[metric.id, spreadOf(values)] as const];
  });
  return Object.fromEntries(entries);
}
