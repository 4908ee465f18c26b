import type { Histogram } from "hdr-histogram-js";

/** Longest latency told apart from a longer one: ten minutes. */
const LATENCY_US_MAX = 600e6;
/** The histogram holds whole numbers; tenths of a microsecond are enough for the fastest lock. */
const UNITS_PER_US = 10;

/** Latencies in microseconds, in constant memory, to three digits. */
export class LatencyHistogram {
  readonly #histogram: Histogram;

  private constructor(histogram: Histogram) {
    this.#histogram = histogram;
  }

  /** The package takes over 100 ms to load, which `--list` and `--help` need not pay. */
  static async create(): Promise<LatencyHistogram> {
    const { build } = await import("hdr-histogram-js");
    return new LatencyHistogram(
      build({
        lowestDiscernibleValue: 1,
        highestTrackableValue: LATENCY_US_MAX * UNITS_PER_US,
        numberOfSignificantValueDigits: 3,
      }),
    );
  }

  record(latencyUs: number): void {
    this.#histogram.recordValue(Math.round(Math.min(latencyUs, LATENCY_US_MAX) * UNITS_PER_US));
  }

  /** The latency that `percent` of the recorded ones do not exceed; 0 when there is none. */
  percentileUs(percent: number): number {
    return this.#histogram.getValueAtPercentile(percent) / UNITS_PER_US;
  }
}
