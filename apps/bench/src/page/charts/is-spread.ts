import type { Spread } from "../../method/spread.ts";

/** Whether a row has the figure that its chart is about. */
export function isSpread<Row extends { readonly spread: Spread | undefined }>(
  row: Row,
): row is Row & { readonly spread: Spread } {
  return row.spread !== undefined;
}
