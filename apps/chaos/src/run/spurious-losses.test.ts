import type { HistoryEvent } from "@holdfast/history";
import { expect, test } from "vitest";
import { spuriousLosses } from "./spurious-losses.ts";

const OPTIONS = { settleMs: 1_000 };

/** One hold of a second, which is lost half a second after it was asked for. */
function lostHold({ atMs, acquire = "acquire, for ever", why = "absent" }: Loss): HistoryEvent[] {
  const who = { process: "w1", client: "w1.0", hold: "w1/1", name: "orders" };
  const at = (ms: number): number => (atMs + ms) * 1e6;
  return [
    {
      ...who,
      ...{ atNs: at(0), operation: "acquire", phase: "invoke", ttlMs: 1_000, detail: acquire },
    },
    { ...who, atNs: at(1), operation: "acquire", phase: "ok", validUntilNs: at(900) },
    { ...who, atNs: at(500), operation: "lost", phase: "ok", detail: why },
  ];
}

interface Loss {
  readonly atMs: number;
  readonly acquire?: string;
  readonly why?: string;
}

/** From 10 to 11 s. */
function fault(): readonly HistoryEvent[] {
  const who = { process: "chaos", client: "", hold: "f1", name: "", phase: "ok" } as const;
  return [
    { ...who, atNs: 10_000e6, operation: "fault", detail: "server-paused" },
    { ...who, atNs: 11_000e6, operation: "heal" },
  ];
}

function found(history: readonly HistoryEvent[]): readonly string[] {
  const inOrder = history.toSorted((one, other) => one.atNs - other.atNs);
  return spuriousLosses(inOrder, OPTIONS).map(({ rule, message }) => `${rule}: ${message}`);
}

test.each([
  ["before every fault", 9_000],
  ["when the last fault has settled", 12_001],
])("a renewed lock that is lost %s should not have been", (_, atMs) => {
  expect(found([...lostHold({ atMs }), ...fault()])).toEqual([
    "spurious-loss: w1/1 was renewed and lost without a fault: absent",
  ]);
});

test.each([
  ["that a fault began in", { atMs: 9_800 }],
  ["that was asked for before a fault had settled", { atMs: 11_900 }],
  ["that is not renewed", { atMs: 1_000, acquire: "acquire, for ever, not renewed" }],
  ["that is short and ended by time", { atMs: 1_000, why: "expired" }],
])("a lock %s may be lost", (_, loss) => {
  expect(found([...lostHold(loss), ...fault()])).toEqual([]);
});
