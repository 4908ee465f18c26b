import { type Evidence, isNumber, type RoundValues, valuesOf, type Wanted } from "./evidence.ts";

/** A figure in each round. Where the slice cut waits short it is no more than a bound. */
export interface Figure {
  readonly values: RoundValues;
  /** In which rounds the truth may be less. */
  readonly mayBeLess: readonly boolean[];
  /** In which rounds the truth may be more. */
  readonly mayBeMore: readonly boolean[];
}

/** What the figures of a row are where the slice cut waits short: its least, or its most. */
export type Bound = "at least" | "at most";

/** The figure as the run has it, or undefined where it has none. */
export function figureOf(wanted: Wanted, evidence: Evidence): Figure | undefined {
  const values = valuesOf(wanted, evidence);
  if (values === undefined) return undefined;
  const { scenarios } = evidence.field;
  const asked = scenarios.find(({ id }) => id === wanted.scenario);
  const openIn = asked?.metrics.find(({ id }) => id === wanted.metric)?.openIn;
  const open = openIn === undefined ? [] : valuesOf({ ...wanted, metric: openIn }, evidence);
  return {
    values,
    mayBeLess: values.map(() => false),
    mayBeMore: values.map((_, round) => open?.[round] === 1),
  };
}

/** Round by round; null where one of the two has nothing. The more the divisor is, the less this is. */
export function quotientOf(own: Figure, other: Figure): Figure {
  return {
    values: own.values.map((value, round) => {
      const divisor = other.values[round];
      return isNumber(value) && isNumber(divisor) ? value / divisor : null;
    }),
    mayBeLess: own.mayBeLess.map((may, round) => may || other.mayBeMore[round] === true),
    mayBeMore: own.mayBeMore.map((may, round) => may || other.mayBeLess[round] === true),
  };
}

/** Every value that the figure may have at the least, and at the most: the read ones where all is known. */
export function extremesOf({ values, mayBeLess, mayBeMore }: Figure): readonly RoundValues[] {
  return [
    values.map((value, round) => (value !== null && mayBeLess[round] === true ? 0 : value)),
    values.map((value, round) =>
      value !== null && mayBeMore[round] === true ? Number.MAX_VALUE : value,
    ),
  ];
}

/** On which sides of the read values the truth may be. */
export function boundsOf({ mayBeLess, mayBeMore }: Figure): readonly Bound[] {
  return [
    ...(mayBeLess.includes(true) ? (["at most"] as const) : []),
    ...(mayBeMore.includes(true) ? (["at least"] as const) : []),
  ];
}
