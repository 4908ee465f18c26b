/** A table of a page, its columns aligned for who reads the source. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => cell(row, column).length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => cell(cells, column).padEnd(width)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function cell(row: readonly string[], column: number): string {
  return (row[column] ?? "").replaceAll("|", "\\|");
}
