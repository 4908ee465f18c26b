import type { ReportPair } from "../compare/compare-reports.ts";
import { parseReport, ReportError } from "../compare/read-report.ts";
import type { Report } from "../report/report.ts";
import type { ResultStore } from "./result-store.ts";

/**
 * The two results that a page wants compared: the newer one by its id, the older one by its id or as the text
 * of a file of the user. Throws a {@link ReportError} where one of them is none.
 */
export function readPair(value: unknown, store: ResultStore): ReportPair {
  const { before, after } = recordOf(value);
  const { id, name, text } = recordOf(before);
  const older =
    typeof text === "string" ? parseReport(text, String(name ?? "the file")) : known(id, store);
  return { before: older, after: known(after, store) };
}

function known(id: unknown, store: ResultStore): Report {
  const report = typeof id === "string" ? store.reportOf(id) : undefined;
  if (report === undefined) throw new ReportError("there is no such result any more");
  return report;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
