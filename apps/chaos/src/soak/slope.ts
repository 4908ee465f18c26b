import type { MemorySample } from "./memory-sample.ts";

/** How fast memory grows, in bytes a cycle. */
export interface Slope {
  readonly leastSquares: number;
  /** The median of the slopes between any two samples: a single step does not move it. */
  readonly median: number;
  /** What a short run cannot tell from a heap that grows to its size; 0 when the run is long enough. */
  readonly resolution: number;
  readonly verdict: SlopeVerdict;
}

/** `leaks` is a failure; `too-short` tells nothing. */
type SlopeVerdict = "flat" | "leaks" | "too-short";

/** From here on it is a leak. */
export const BYTES_PER_CYCLE_MAX = 1;
/** What a heap may grow by for reasons of its own: code that is compiled, tables that double. */
const GROWTH_BYTES = 2 * 2 ** 20;
/** Over so many cycles that growth is small beside a leak, and the noise of single samples too. */
const CYCLES_TO_CONCLUDE = 500_000;
/** Through fewer points a line says nothing. */
const SAMPLE_COUNT_MIN = 5;

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Fits a line through what the samples used on the heap and for it outside. A long run leaks from
 * {@link BYTES_PER_CYCLE_MAX} on, by either fit; a short one only when both exceed its resolution as well.
 */
export function slopeOf(samples: readonly MemorySample[]): Slope {
  const points = samples.map(
    ({ cycles, heapBytes, externalBytes }): Point => ({ x: cycles, y: heapBytes + externalBytes }),
  );
  const span = (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0);
  if (points.length < SAMPLE_COUNT_MIN || span <= 0) {
    return { leastSquares: 0, median: 0, resolution: GROWTH_BYTES, verdict: "too-short" };
  }
  const resolution = span < CYCLES_TO_CONCLUDE ? GROWTH_BYTES / span : 0;
  const leastSquares = leastSquaresSlope(points);
  const median = medianSlope(points);
  const verdict = verdictOf({ leastSquares, median, resolution });
  return { leastSquares, median, resolution, verdict };
}

function verdictOf({ leastSquares, median, resolution }: Omit<Slope, "verdict">): SlopeVerdict {
  const [lower, upper] = [Math.min(leastSquares, median), Math.max(leastSquares, median)];
  if (resolution === 0) return upper < BYTES_PER_CYCLE_MAX ? "flat" : "leaks";
  return lower >= BYTES_PER_CYCLE_MAX + resolution ? "leaks" : "too-short";
}

function leastSquaresSlope(points: readonly Point[]): number {
  const meanX = mean(points.map(({ x }) => x));
  const meanY = mean(points.map(({ y }) => y));
  const rise = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const run = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return rise / run;
}

/** Theil and Sen's estimate. */
function medianSlope(points: readonly Point[]): number {
  const slopes = points.flatMap((one, index) =>
    points.slice(index + 1).map((other) => (other.y - one.y) / (other.x - one.x)),
  );
  slopes.sort((a, b) => a - b);
  const middle = slopes.length / 2;
  const lower = slopes[Math.ceil(middle) - 1] ?? 0;
  const upper = slopes[Math.floor(middle)] ?? lower;
  return (lower + upper) / 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
