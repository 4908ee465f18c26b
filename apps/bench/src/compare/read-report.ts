import { readFileSync } from "node:fs";
import type { Report } from "../report/report.ts";

/** A file that is no result of this benchmark. The message names the file and what is wrong with it. */
export class ReportError extends Error {
  override readonly name = "ReportError";
}

/** Reads what `--json` wrote, now or before. Throws a {@link ReportError}. */
export function readReport(file: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ReportError(`${file}: ${(error as Error).message}`);
  }
  if (!isReport(value)) {
    throw new ReportError(`${file} is no result of this benchmark; --json writes one`);
  }
  return value;
}

function isReport(value: unknown): value is Report {
  if (!isRecord(value) || !isRecord(value["machine"]) || !isRecord(value["versions"])) return false;
  const { results } = value;
  return Array.isArray(results) && results.every(isResult);
}

function isResult(value: unknown): boolean {
  if (!isRecord(value) || !isRecord(value["metrics"]) || !isRecord(value["ratios"])) return false;
  return ["strategy", "scenario", "variant"].every((field) => typeof value[field] === "string");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
