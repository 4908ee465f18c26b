import { assert, double, property } from "fast-check";
import { expect, test } from "vitest";
import { Backoff } from "./backoff.ts";

test("delays stay between the shortest and the longest, and grow", async () => {
  await assert(
    property(double({ min: 0, max: 0.999, noNaN: true }), (fraction) => {
      const backoff = new Backoff(10, 250, { holderId: () => "", fraction: () => fraction });
      let previousMs = 0;
      for (let round = 0; round < 20; round += 1) {
        const delayMs = backoff.nextMs();
        expect(delayMs).toBeGreaterThanOrEqual(10);
        expect(delayMs).toBeLessThanOrEqual(250);
        if (fraction > 0.5) expect(delayMs).toBeGreaterThanOrEqual(previousMs);
        previousMs = delayMs;
      }
    }),
  );
});

test("no delay goes beyond the time at which the lock ends by itself", () => {
  const backoff = new Backoff(10, 250, { holderId: () => "", fraction: () => 0.9 });
  expect(backoff.nextMs(3)).toBe(3);
});
