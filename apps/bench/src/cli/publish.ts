import { writeFileSync } from "node:fs";
import type { Report } from "../report/report.ts";
import { reportJson } from "../report/report-json.ts";
import { canSparkle } from "../report/sparkline.ts";
import { summaryText } from "../report/summary-text.ts";
import { scenarios } from "../scenarios.ts";
import { STDOUT } from "./run-request.ts";

/**
 * Writes what there is so far into the file of `--json`, if there is one: whatever ends the run, its
 * finished variants are there. Throws what the file system says against it.
 */
export function publishPart(report: Report, json: string | undefined): void {
  if (json !== undefined && json !== STDOUT) writeFileSync(json, reportJson(report));
}

/** Writes the page of a result. Throws what the file system says against it. */
export async function publishPage(report: Report, html: string): Promise<void> {
  const { reportPage } = await import("../page/report-page.ts");
  writeFileSync(html, reportPage(report));
}

/** Tables to the standard output and the JSON into its file; or the JSON there and the tables beside. */
export function publish(report: Report, json: string | undefined): void {
  try {
    publishPart(report, json);
  } finally {
    const tables = json === STDOUT ? process.stderr : process.stdout;
    tables.write(summaryText(scenarios, report, { sparklines: canSparkle(tables) }));
  }
  if (json === STDOUT) process.stdout.write(reportJson(report));
  else if (json !== undefined) process.stdout.write(`Results written to ${json}\n`);
}
