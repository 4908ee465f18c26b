import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isSameSource, type LedgerEntry, ledgerFile, nextSeed } from "../src/cli/ledger.ts";

const TRACK_RECORD = new URL("../../../docs/track-record.md", import.meta.url);
const HASH = expect.stringMatching(/^[0-9a-f]{40}$/);
const WHOLE = expect.toSatisfy(
  (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0,
);

const entries = readFileSync(ledgerFile, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line): LedgerEntry => JSON.parse(line));

describe("the ledger", () => {
  test("says of each range what was run on which sources", () => {
    for (const entry of entries) {
      expect(entry).toEqual({
        from: WHOLE,
        to: WHOLE,
        events: WHOLE,
        violations: WHOLE,
        commit: HASH,
        coreTree: HASH,
        redisTree: HASH,
        simulationTree: HASH,
        node: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        date: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      });
      expect(entry.to).toBeGreaterThanOrEqual(entry.from);
      expect(entry.events).toBeGreaterThanOrEqual((entry.to - entry.from + 1) * 300);
    }
  });

  test("counts no seed twice for the same sources", () => {
    for (const [index, entry] of entries.entries()) {
      const others = entries.slice(0, index).filter((other) => isSameSource(entry, other));
      for (const other of others) {
        expect(other.to < entry.from || entry.to < other.from, JSON.stringify(entry)).toBe(true);
      }
    }
  });

  test("has no violation that the track record does not tell of", () => {
    const trackRecord = readFileSync(TRACK_RECORD, "utf8");
    for (const { commit, violations } of entries) {
      if (violations > 0) expect(trackRecord).toContain(commit.slice(0, 7));
    }
  });

  test("goes on with the seed after the last of the same sources", () => {
    const tree = { coreTree: "a", redisTree: "b", simulationTree: "c" };
    const range = { events: 1, violations: 0, commit: "d", node: "20.0.0", date: "2026-01-01" };
    const known = [
      { ...range, ...tree, from: 1, to: 20 },
      { ...range, ...tree, coreTree: "e", from: 1, to: 90 },
    ];
    expect(nextSeed(known, { ...tree, commit: "d" })).toBe(21);
    expect(nextSeed(known, { ...tree, redisTree: "f", commit: "d" })).toBe(1);
  });
});
