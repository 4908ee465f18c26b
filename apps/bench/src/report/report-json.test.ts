import fc from "fast-check";
import { expect, test } from "vitest";
import { reportJson } from "./report-json.ts";

test("what is written is what is read, whatever the values", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const report = { results: value };
      expect(JSON.parse(reportJson(report))).toEqual(JSON.parse(JSON.stringify(report)));
    }),
  );
});

test("a text that looks like a list is left alone", () => {
  const report = { why: "[ 1, 2 ]\n[\n 1\n]" };
  expect(JSON.parse(reportJson(report))).toEqual(report);
});

test("the values of all rounds are on one line", () => {
  const report = { values: { p50Us: [1.5, null, -2e-7, 1e21] } };
  expect(reportJson(report)).toContain('"p50Us": [1.5, null, -2e-7, 1e+21]\n');
});
