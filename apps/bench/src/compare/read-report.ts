import { readFileSync } from "node:fs";
import type { Report } from "../report/report.ts";

/** A text that is no result of this benchmark. The message names its source and what is wrong with it. */
export class ReportError extends Error {
  override readonly name = "ReportError";
}

/** Reads what `--json` wrote, now or before. Throws a {@link ReportError}. */
export function readReport(file: string): Report {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ReportError(`${file}: ${(error as Error).message}`);
  }
  return parseReport(text, file);
}

/** Reads the text of a result; `source` is what a {@link ReportError} calls it. */
export function parseReport(text: string, source: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ReportError(`${source}: ${(error as Error).message}`);
  }
  const problem = problemOf(value);
  if (problem !== undefined) {
    throw new ReportError(
      `${source} is no result of this benchmark: ${problem}; --json writes one`,
    );
  }
  return value as Report;
}

/** What of a report a comparison could not do without, or undefined where all of it is there. */
function problemOf(value: unknown): string | undefined {
  if (!isRecord(value)) return "it is no object";
  for (const field of ["machine", "versions"]) {
    if (!isRecord(value[field])) return `${field} is no object`;
  }
  for (const field of ["complete", "notForGating"]) {
    if (typeof value[field] !== "boolean") return `${field} is neither true nor false`;
  }
  const { results } = value;
  if (!Array.isArray(results)) return "results is no list";
  const index = results.findIndex((result) => problemOfResult(result) !== undefined);
  return index < 0 ? undefined : `results[${index}]: ${problemOfResult(results[index])}`;
}

function problemOfResult(value: unknown): string | undefined {
  if (!isRecord(value)) return "it is no object";
  const { params, metrics, ratios } = value;
  const text = ["strategy", "scenario", "variant"].find((name) => typeof value[name] !== "string");
  if (text !== undefined) return `${text} is no text`;
  if (!isRecord(params)) return "params is no object";
  if (!isSpreads(metrics)) return "metrics has something that is no spread";
  if (!isRecord(ratios) || !Object.values(ratios).every(isSpreads)) {
    return "ratios has something that is no spread";
  }
  return undefined;
}

function isSpreads(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every(isSpread);
}

function isSpread(value: unknown): boolean {
  if (!isRecord(value)) return false;
  return ["median", "min", "max", "rounds"].every((field) => Number.isFinite(value[field]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
