import { checkAll } from "./check-all.ts";
import type { CheckOptions } from "./check-options.ts";
import type { HistoryEvent } from "./history-event.ts";
import { textReport } from "./report/text-report.ts";

/** One report for each violation that {@link checkAll} finds; none when all is well. */
export function problemsOf(
  history: readonly HistoryEvent[],
  options: CheckOptions = {},
): readonly string[] {
  return checkAll(history, options).map((violation) => textReport([violation]));
}
