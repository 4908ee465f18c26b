import { MemoryRecorder } from "@holdfast/history";
import { expect, test } from "vitest";
import type { Holding } from "../subject.ts";
import { TrackedHolding } from "./tracked-holding.ts";

const FACTS = { process: "w1", client: "w1.0", hold: "w1/1", name: "orders" };

/** A lock that is lost already, of a library that `tells` or does not. */
function lost(onLost: Pick<Holding, "onLost">): TrackedHolding {
  const holding = { name: "orders", isValid: () => false, release: async () => "ok" as const };
  return new TrackedHolding({ ...holding, ...onLost }, FACTS, new MemoryRecorder(() => 0));
}

test("a loss that its holder finds by asking is untold where the library has a way to tell", () => {
  const tracked = lost({ onLost: () => {} });
  expect(tracked.mayWrite()).toBe(false);
  expect(tracked.isUntold).toBe(true);
});

test("a lock that does not outlast a sleep is over, and recorded so, when the sleep begins", () => {
  const recorder = new MemoryRecorder(() => 0);
  const held = { name: "orders", validForMs: () => 500, release: async () => "ok" as const };
  const tracked = new TrackedHolding(held, FACTS, recorder);
  expect(tracked.endsAsleep(499)).toBe(false);
  expect(tracked.isOver).toBe(false);
  expect(tracked.endsAsleep(500)).toBe(true);
  expect(tracked.isOver).toBe(true);
  expect(recorder.events.at(-1)).toMatchObject({ operation: "lost", hold: "w1/1" });
});

test("a loss that was told before is not, nor one of a library that never tells", () => {
  for (const tracked of [lost({ onLost: (tell) => tell("gone") }), lost({})]) {
    expect(tracked.mayWrite()).toBe(false);
    expect(tracked.isUntold).toBe(false);
  }
});
