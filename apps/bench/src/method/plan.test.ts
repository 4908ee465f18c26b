import { expect, test } from "vitest";
import type { Scenario } from "../scenario.ts";
import { scenarios } from "../scenarios.ts";
import { strategies } from "../strategies.ts";
import { planItems, sliceSeconds } from "./plan.ts";

function scenarioOf(id: string): Scenario {
  const found = scenarios.find((scenario) => scenario.id === id);
  if (found === undefined) throw new Error(`no scenario ${id}`);
  return found;
}

function secondsOf(scenario: string, ids: readonly string[], rounds?: number): number {
  const asked = strategies.filter(({ id }) => ids.includes(id));
  const items = planItems([scenarioOf(scenario)], asked);
  return sliceSeconds({ items, seconds: 2, rounds });
}

test("slices are those of every strategy that takes part, a warm-up and a control", () => {
  // Two variants, (2 + control) × (3 + warm-up) × 2 s.
  expect(secondsOf("uncontended", ["redis-ioredis", "raw-ioredis"], 3)).toBe(48);
  // One alone has no control, and the scenario's own 8 rounds.
  expect(secondsOf("uncontended", ["redis-ioredis"])).toBe(36);
  // A raw driver cannot wait, so it hands nothing on.
  expect(secondsOf("handoff", ["raw-ioredis"])).toBe(0);
});
