import type { Spread } from "../method/spread.ts";
import { formatNumber } from "../report/format-number.ts";
import type { Metric } from "../scenario.ts";
import { scenarios } from "../scenarios.ts";

/** What the benchmark knows of a metric; undefined for one of another version. */
function metricOf(scenarioId: string, metricId: string): Metric | undefined {
  return scenarios.find(({ id }) => id === scenarioId)?.metrics.find(({ id }) => id === metricId);
}

/** A median for a reader, with its unit. */
export function medianText(scenarioId: string, metricId: string, { median }: Spread): string {
  const kind = metricOf(scenarioId, metricId)?.kind ?? "count";
  return `${formatNumber(median, kind)}${kind === "per-second" ? "/s" : ""}`;
}
