import { expect, test, vi } from "vitest";
import { systemClock } from "./clock.ts";

test("a delay beyond the platform's limit is walked in steps, and can be cancelled in any of them", () => {
  vi.useFakeTimers();
  try {
    const longMs = 2 ** 31 + 5_000;
    const fired: string[] = [];
    systemClock.setTimer(longMs, () => fired.push("kept"));
    const cancelled = systemClock.setTimer(longMs, () => fired.push("cancelled"), { ref: false });
    vi.advanceTimersByTime(2 ** 31);
    expect(fired).toEqual([]);
    cancelled.cancel();
    vi.advanceTimersByTime(5_000);
    expect(fired).toEqual(["kept"]);
  } finally {
    vi.useRealTimers();
  }
});

test("the clocks tell milliseconds", () => {
  expect(Math.abs(systemClock.wallMs() - Date.now())).toBeLessThan(1_000);
  expect(systemClock.bootMs()).toBeGreaterThanOrEqual(systemClock.monotonicMs() - 1_000);
});
