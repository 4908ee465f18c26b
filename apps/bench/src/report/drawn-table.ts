import Table from "cli-table3";
import colors from "picocolors";

/** A table for a terminal: the first column to the left, the others to the right unless said. */
export function drawnTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  leftColumns: readonly number[] = [0],
): string {
  const drawn = new Table({
    head: head.map((title) => colors.cyan(title)),
    colAligns: head.map((_, index) => (leftColumns.includes(index) ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}
