import { strategyColumns, strategyLine } from "../page/strategy-lines.ts";
import type { Report } from "../report/report.ts";
import { markdownTable } from "./markdown-table.ts";

/** Every strategy in a line, as the page has it. */
export function strategyTable(report: Report): string {
  const columns = strategyColumns(report);
  const ids = [...new Set(report.results.map(({ strategy }) => strategy))];
  const head = [
    "strategy",
    ...columns.map(({ group, title }) => `${group.toLowerCase()}: ${title}`),
  ];
  const rows = ids.map((id) => [`\`${id}\``, ...strategyLine(id, columns, report)]);
  return markdownTable(head, rows);
}
