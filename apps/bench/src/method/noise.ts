import type { Metric } from "../scenario.ts";
import { type MedianInterval, medianInterval } from "./median-interval.ts";
import { quotients, type SampleList } from "./summary.ts";

/** How far apart the ends of a ratio's interval may be, as a share of what it is held against. */
const WIDTH_SHARE_MAX = 0.3;

type Ends = Pick<MedianInterval, "low" | "high">;

/** Whether values this far apart say nothing about which side of `target` they are on. */
export function isTooWide({ low, high }: Ends, target: number): boolean {
  return high - low > WIDTH_SHARE_MAX * Math.abs(target);
}

/**
 * The compared metrics in which a strategy divided by itself gives anything but 1: the middle values
 * lie further apart, or further from 1, than a ratio's may.
 */
export function noisyMetrics(
  metrics: readonly Metric[],
  own: SampleList,
  again: SampleList,
): readonly string[] {
  return metrics.flatMap((metric) => {
    const values = metric.compared ? quotients(metric, own, again) : [];
    return values.length > 0 && isTooWide(withOne(medianInterval(values)), 1) ? [metric.id] : [];
  });
}

function withOne({ low, high }: Ends): Ends {
  return { low: Math.min(low, 1), high: Math.max(high, 1) };
}
