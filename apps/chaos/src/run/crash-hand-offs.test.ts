import type { HistoryEvent } from "@holdfast/history";
import { expect, test } from "vitest";
import { crashHandOffsMs } from "./crash-hand-offs.ts";

const RUN = { client: "", hold: "", name: "", phase: "ok" } as const;

/** Process `w1` has the lock from 1 s on and dies at 2 s; process `w2`, who waits, is granted it at 2.5 s. */
function history(): HistoryEvent[] {
  const [dead, next] = ["w1", "w2"].map((process) => ({
    ...{ process, client: process, hold: `${process}/1`, name: "orders", operation: "acquire" },
  })) as [Who, Who];
  return [
    { ...dead, atNs: 999e6, phase: "invoke", ttlMs: 1_000 },
    { ...dead, atNs: 1_000e6, phase: "ok" },
    { ...next, atNs: 1_500e6, phase: "invoke", ttlMs: 1_000 },
    { ...RUN, process: "w1", atNs: 2_000e6, operation: "crash" },
    { ...next, atNs: 2_500e6, phase: "ok" },
  ];
}

type Who = Pick<HistoryEvent, "process" | "client" | "hold" | "name" | "operation">;

function fault(fromMs: number, untilMs: number): readonly HistoryEvent[] {
  const what = { ...RUN, process: "chaos", hold: "f1" };
  return [
    { ...what, atNs: fromMs * 1e6, operation: "fault" },
    { ...what, atNs: untilMs * 1e6, operation: "heal" },
  ];
}

function found(events: readonly HistoryEvent[]): readonly number[] {
  const inOrder = events.toSorted((one, other) => one.atNs - other.atNs);
  return crashHandOffsMs(inOrder, { settleMs: 400 });
}

test("a lock whose holder was killed counts with the time until it was granted again", () => {
  expect(found(history())).toEqual([500]);
});

test("one that was released before does not count", () => {
  const [, granted] = history() as [HistoryEvent, HistoryEvent];
  const release = { ...granted, atNs: 1_900e6, operation: "release", phase: "invoke" } as const;
  expect(found([...history(), release])).toEqual([]);
});

test.each([
  ["began before the grant", fault(2_400, 2_450), []],
  ["had not settled at the kill", fault(1_500, 1_601), []],
  ["had settled", fault(1_500, 1_599), [500]],
])("with a fault that %s", (_, events, expected) => {
  expect(found([...history(), ...events])).toEqual(expected);
});
