import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GatesError } from "./gates-error.ts";
import { parseGates, readGates } from "./read-gates.ts";

const sound = {
  id: "P1.1",
  text: "redis, 1 caller: p50 ÷ raw",
  strategy: "redis-ioredis",
  scenario: "uncontended",
  variant: "1 caller",
  metric: "p50Us",
  dividedBy: { strategy: "raw-ioredis" },
  comparison: "at most",
  must: 1.15,
  stretch: 1.08,
  needs: ["redis"],
};

function parse(...rows: readonly object[]): unknown {
  return parseGates(JSON.stringify({ rows }));
}

/** What is thrown, with its fields. */
function refusalOf(attempt: () => unknown): GatesError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof GatesError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("a file that is not there is refused in one line", () => {
  const { message } = refusalOf(() => readGates(join(tmpdir(), "no", "such.json")));
  expect(message).toMatch(/^gates: ENOENT: [^\n]*such\.json'$/);
});

test("a sound row is read as it stands", () => {
  expect(parse(sound)).toEqual([sound]);
});

test.each([
  [{ strategy: "raw-ioredis" }],
  [{ peer: "best" }],
  [{ metric: "releaseP50Ms" }],
  [{ metric: "handoffNs", variant: "10,000 waiters" }],
  [undefined],
])("a row may be divided by %j", (dividedBy) => {
  expect(parse({ ...sound, dividedBy })).toHaveLength(1);
});

test.each([
  [{ id: "Q1" }, "id", /must be like P5 or P5\.2/],
  [{ id: undefined }, "id", /is missing/],
  [{ text: " " }, "text", /must be a text that is not empty/],
  [{ metric: 7 }, "metric", /must be a text/],
  [{ comparison: "below" }, "comparison", /must be "at most", "at least", "exactly"/],
  [{ must: "1.15" }, "must", /must be a number of 0 or more/],
  [{ must: -1 }, "must", /must be a number of 0 or more/],
  [{ stretch: 1.2 }, "stretch", /must be a number, less than "must"/],
  [{ comparison: "at least", stretch: 1 }, "stretch", /must be a number, more than "must"/],
  [{ comparison: "exactly" }, "stretch", /has no place beside an exact value/],
  [{ needs: ["mongo"] }, "needs", /must be a list of "redis", "postgres", "etcd"/],
  [{ needs: "redis" }, "needs", /must be a list/],
  [{ dividedBy: "raw-ioredis" }, "dividedBy", /must be \{"strategy": id\}/],
  [{ dividedBy: { peer: "worst" } }, "dividedBy", /\{"peer": "best"\}/],
  [{ dividedBy: { strategy: "a", metric: "b" } }, "dividedBy", /must be/],
  [{ dividedBy: { strategy: "a", variant: "b" } }, "dividedBy", /must be/],
  [{ dividedBy: { metric: "a", round: 1 } }, "dividedBy", /must be/],
  [{ target: 3 }, "target", /is no field; fields are id, text/],
])("a row with %j is refused, with its field", (change, field, message) => {
  const refusal = refusalOf(() => parse(sound, { ...sound, id: "P1.2", ...change }));
  expect(refusal.field).toBe(field);
  expect(refusal.row).toBe("id" in change ? (change.id ?? "2") : "P1.2");
  expect(refusal.message).toMatch(message);
  expect(refusal.message).toContain(`row ${refusal.row}, ${field}: `);
});

test("a row that is no object is told by its place", () => {
  expect(refusalOf(() => parseGates('{"rows": [1]}')).message).toBe(
    "gates: row 1: must be an object",
  );
});

test("two rows of one id are refused", () => {
  expect(refusalOf(() => parse(sound, sound))).toMatchObject({ row: "P1.1", field: "id" });
});

test.each([["{"], ["[]"], ["{}"], ['{"rows": {}}']])("%s is no file of gates", (text) => {
  expect(refusalOf(() => parseGates(text))).toMatchObject({ row: undefined, field: undefined });
});
