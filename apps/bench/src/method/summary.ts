import type { Metric, Sample } from "../scenario.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** Metric id to its spread over the rounds. */
export type Spreads = Readonly<Record<string, Spread>>;

/** A strategy's samples, one per round, in the order of the rounds. */
export type SampleList = readonly Sample[];

/**
 * The metrics of one strategy over all its rounds, and what says where they are open. A metric without a
 * single value is left out.
 */
export function summarise(metrics: readonly Metric[], samples: SampleList): Spreads {
  const ids = metrics.flatMap(({ id, openIn }) => (openIn === undefined ? [id] : [id, openIn]));
  return spreadsOf(
    ids.map((id) => [
      id,
      samples.map((sample) => sample[id]).filter((value) => value !== undefined),
    ]),
  );
}

/**
 * One strategy divided by another. Each round is divided by itself and the median taken after: what
 * slows the machine down for a while slows both of a round, and so cancels out.
 */
export function ratios(metrics: readonly Metric[], own: SampleList, other: SampleList): Spreads {
  return spreadsOf(
    metrics
      .filter(({ compared }) => compared)
      .map((metric) => [metric.id, quotients(metric, own, other)]),
  );
}

/**
 * A metric of each round divided by that of the same round. Rounds without either are left out, and
 * those in which one of the two is open: nobody knows their quotient.
 */
export function quotients(
  { id, openIn }: Pick<Metric, "id" | "openIn">,
  own: SampleList,
  other: SampleList,
): readonly number[] {
  const valueIn = (sample: Sample | undefined): number | undefined =>
    openIn !== undefined && sample?.[openIn] === 1 ? undefined : sample?.[id];
  return own.flatMap((sample, round) => {
    const dividend = valueIn(sample);
    const divisor = valueIn(other[round]);
    return dividend === undefined || divisor === undefined || divisor === 0
      ? []
      : [dividend / divisor];
  });
}

function spreadsOf(values: readonly (readonly [string, readonly number[]])[]): Spreads {
  return Object.fromEntries(
    values.flatMap(([id, list]) => (list.length === 0 ? [] : [[id, spreadOf(list)] as const])),
  );
}
