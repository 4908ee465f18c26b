import type { MedianInterval } from "../method/median-interval.ts";
import type { Spread } from "../method/spread.ts";
import type { Bound } from "./figure.ts";
import type { GateRow } from "./gate-row.ts";

/** `too noisy` is no hold: a gate that opens because nobody could see is none. */
export type Verdict = "holds" | "misses" | "too noisy" | "not measured";

/** A row of the gates with what the run says about it. */
export interface Judgement {
  readonly row: GateRow;
  readonly verdict: Verdict;
  /** Why it was not measured or is too noisy, or how it missed other than by its figure. */
  readonly why?: string;
  /** The strategy that it was divided by, for a row that leaves open which. */
  readonly divisor?: string;
  /** The ratio, or the metric itself, over the rounds. */
  readonly measured?: Spread;
  /** Where the median lies: this and not the whole spread is held against the target. */
  readonly interval?: MedianInterval;
  /** What the values are where the slices cut waits short; absent where they are what they say. */
  readonly bound?: Bound;
  /** Whether the median reaches the row's stretch. Absent where the row has none. */
  readonly stretchReached?: boolean;
  /** Whether the scenario is measured once only, so that nothing tells noise from figure. */
  readonly atItsWord?: true;
}

/** Whether the gate is shut: a row fails, or not a single one was measured. */
export function isShut(judgements: readonly Judgement[]): boolean {
  return isBlind(judgements) || judgements.some(isFailure);
}

/** Whether nothing was measured that a row could be judged by. */
export function isBlind(judgements: readonly Judgement[]): boolean {
  return judgements.every(({ verdict }) => verdict === "not measured");
}

function isFailure({ verdict }: Judgement): boolean {
  return verdict === "misses" || verdict === "too noisy";
}
