import { manualClock } from "@holdfast/core";
import { expect, test } from "vitest";
import { Attempts } from "./attempts.ts";

test("a holder that gave up is refused while its request may be under way, and then forgotten", async () => {
  const clock = manualClock();
  const attempts = new Attempts(clock);
  for (let number = 0; number < 5_000; number += 1) attempts.refuse(`holder ${number}`);
  await clock.advance(59_000);
  attempts.refuse("late");
  expect(attempts.isRefused("holder 0")).toBe(true);
  await clock.advance(1_000);
  attempts.refuse("later");
  expect(attempts.isRefused("holder 0")).toBe(false);
  expect(attempts.isRefused("late")).toBe(true);
  expect(attempts.size).toBe(2);
});

test("of too many holders the oldest is forgotten", () => {
  const attempts = new Attempts(manualClock());
  for (let number = 0; number <= 10_000; number += 1) attempts.refuse(`holder ${number}`);
  expect(attempts.isRefused("holder 0")).toBe(false);
  expect(attempts.isRefused("holder 1")).toBe(true);
  expect(attempts.size).toBe(10_000);
});
