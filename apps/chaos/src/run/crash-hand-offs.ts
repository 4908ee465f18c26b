import { type CheckOptions, conditionsOf, type HistoryEvent, holdsOf } from "@holdfast/history";

/**
 * For each lock whose holder was killed in calm, and that was granted to somebody else in the same calm: the
 * milliseconds from the kill to that grant.
 */
export function crashHandOffsMs(
  history: readonly HistoryEvent[],
  { settleMs }: CheckOptions,
): readonly number[] {
  const { crashNs, faults } = conditionsOf(history, settleMs);
  const holds = holdsOf(history);
  return holds.flatMap(({ name, process, asked, granted, finalNs }) => {
    const diedNs = crashNs.get(process);
    if (granted === undefined || asked === undefined || finalNs !== diedNs) return [];
    const next = holds
      .filter((other) => other.name === name && (other.granted?.atNs ?? 0) > diedNs)
      .sort((one, other) => (one.granted?.atNs ?? 0) - (other.granted?.atNs ?? 0))[0];
    const grantNs = next?.granted?.atNs;
    if (grantNs === undefined) return [];
    const isBroken = faults.some(({ startNs, endNs }) => startNs <= grantNs && diedNs <= endNs);
    return isBroken ? [] : [(grantNs - diedNs) / 1e6];
  });
}
