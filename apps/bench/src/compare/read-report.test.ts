import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ReportError, readReport } from "./read-report.ts";

const spread = { median: 1, min: 1, max: 1, rounds: 1 };
const result = {
  strategy: "memory",
  scenario: "uncontended",
  variant: "1 caller",
  params: { callers: 1 },
  metrics: { p50Us: spread },
  ratios: { "async-mutex": { p50Us: spread } },
};
const report = {
  machine: {},
  versions: {},
  complete: true,
  notForGating: false,
  results: [result],
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string): unknown {
  const file = join(folder, "report.json");
  writeFileSync(file, text);
  return readReport(file);
}

test("a whole report is read as it stands", () => {
  expect(read(JSON.stringify(report))).toEqual(report);
});

test.each<[RegExp, unknown]>([
  [/it is no object/, null],
  [/versions is no object/, { ...report, versions: [] }],
  [/complete is neither true nor false/, { ...report, complete: undefined }],
  [/notForGating is neither true nor false/, { ...report, notForGating: 1 }],
  [/results is no list/, { ...report, results: {} }],
  [/results\[1\]: it is no object/, { ...report, results: [result, null] }],
  [/results\[0\]: variant is no text/, { ...report, results: [{ ...result, variant: 3 }] }],
  [/results\[0\]: params is no object/, { ...report, results: [{ ...result, params: undefined }] }],
  [
    /metrics has something that is no spread/,
    { ...report, results: [{ ...result, metrics: { p50Us: null } }] },
  ],
  [
    /ratios has something that is no spread/,
    { ...report, results: [{ ...result, ratios: { raw: { p50Us: {} } } }] },
  ],
])("%s is said of a file that is no report", (message, value) => {
  expect(() => read(JSON.stringify(value))).toThrow(ReportError);
  expect(() => read(JSON.stringify(value))).toThrow(message);
});
