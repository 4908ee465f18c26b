import { type CheckOptions, conditionsOf, type HistoryEvent, holdsOf } from "@holdfast/history";
import { NOT_RENEWED } from "../worker/worker-message.ts";
import type { Problem } from "./problem.ts";

/** Losses by time alone, as the word of no backend told them. */
const BY_TIME: ReadonlySet<string | undefined> = new Set(["expired", "found when asked"]);
/** A busy machine may hold up the renewals of a shorter lock for too long, which nobody notices. */
const BY_TIME_TTL_MS_MIN = 2_000;

/**
 * A lock that is renewed is not lost without a fault: who asked for it, had it and lost it in calm was told
 * of a loss that should not have been.
 */
export function spuriousLosses(
  history: readonly HistoryEvent[],
  { settleMs }: CheckOptions,
): readonly Problem[] {
  const { faults } = conditionsOf(history, settleMs);
  return holdsOf(history).flatMap((hold) => {
    const { name, asked, granted, events } = hold;
    const lost = events.find(({ operation }) => operation === "lost");
    if (asked === undefined || granted === undefined || lost === undefined) return [];
    if (asked.detail?.endsWith(NOT_RENEWED) === true) return [];
    if (BY_TIME.has(lost.detail) && !((asked.ttlMs ?? 0) >= BY_TIME_TTL_MS_MIN)) return [];
    // Merged and in order: one that begins later than the loss has nothing to do with it.
    if (faults.some(({ startNs, endNs }) => startNs <= lost.atNs && asked.atNs <= endNs)) return [];
    const message = `${hold.hold} was renewed and lost without a fault: ${lost.detail ?? ""}`;
    return [{ rule: "spurious-loss", name, message, events: [...events] }];
  });
}
