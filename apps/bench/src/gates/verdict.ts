import { medianInterval } from "../method/median-interval.ts";
import { isTooWide } from "../method/noise.ts";
import { spreadOf } from "../method/spread.ts";
import type { Comparison, GateRow } from "./gate-row.ts";
import type { Judgement } from "./judgement.ts";

/**
 * Holds a row's values, one a round, against its targets. Values must not be empty.
 *
 * `exactly` takes every round at its word. Otherwise the interval of the median decides where all of it
 * is on one side of the target. Where the target is inside, the median decides if the interval is
 * narrow, and nothing does if it is wide.
 */
export function verdictOf(row: GateRow, values: readonly number[]): Judgement {
  const measured = spreadOf(values);
  const interval = medianInterval(values);
  const figures = { row, measured, interval };
  if (row.comparison === "exactly") {
    const holds = measured.min === row.must && measured.max === row.must;
    return { ...figures, verdict: holds ? "holds" : "misses" };
  }
  const reaches = (value: number, target: number): boolean =>
    isReached(row.comparison, value, target);
  const stretch =
    row.stretch === undefined ? {} : { stretchReached: reaches(measured.median, row.stretch) };
  const isInside = reaches(interval.low, row.must) !== reaches(interval.high, row.must);
  if (isInside && isTooWide(interval, row.must)) return { ...figures, verdict: "too noisy" };
  const verdict = reaches(measured.median, row.must) ? "holds" : "misses";
  return { ...figures, verdict, ...stretch };
}

function isReached(comparison: Comparison, value: number, target: number): boolean {
  return comparison === "at most" ? value <= target : value >= target;
}
