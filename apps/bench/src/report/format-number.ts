import type { MetricKind } from "../scenario.ts";

const SUFFIX: Readonly<Record<MetricKind, string>> = {
  us: " µs",
  ms: " ms",
  ns: " ns",
  kib: " KiB",
  "per-second": "",
  count: "",
  index: "",
};

/** A measured value for a reader: three significant digits, thousands grouped, unit behind. */
export function formatNumber(value: number, kind: MetricKind): string {
  if (kind === "index") return value.toFixed(3);
  return `${digits(value, kind)}${SUFFIX[kind]}`;
}

/** A ratio for a reader. */
export function formatRatio(value: number): string {
  return value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString("en-US");
}

function digits(value: number, kind: MetricKind): string {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en-US");
  // A count is exact: 2 commands are written 2, and 2.003 would mean that something else was sent.
  if (kind === "count") return String(Math.round(value * 1000) / 1000);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(size >= 1 ? 2 : 3);
}
