import type { Inflicted } from "../run/storm.ts";

/** What was done of one kind. */
export interface FaultRow {
  readonly id: string;
  readonly count: number;
  /** How long all of them lasted together. */
  readonly seconds: number;
}

const MS_PER_SECOND = 1_000;

/** Each kind of fault, the most frequent first. */
export function faultRows(faults: readonly Inflicted[]): readonly FaultRow[] {
  const rows = new Map<string, { id: string; count: number; seconds: number }>();
  for (const { id, startMs, endMs } of faults) {
    const row = rows.get(id) ?? { id, count: 0, seconds: 0 };
    row.count += 1;
    row.seconds += (endMs - startMs) / MS_PER_SECOND;
    rows.set(id, row);
  }
  return [...rows.values()].sort(
    (one, other) => other.count - one.count || one.id.localeCompare(other.id),
  );
}
