import { expect, test } from "vitest";
import { TTL_MS_MAX, TTL_MS_MIN, ttlClassMs } from "./ttl-class.ts";

test("a ttl is rounded up to a power of two of seconds", () => {
  expect([1, 1_000, 1_001, 10_000, 16_000, 16_001].map(ttlClassMs)).toEqual([
    1_000, 1_000, 2_000, 16_000, 16_000, 32_000,
  ]);
  expect(ttlClassMs(TTL_MS_MIN)).toBe(TTL_MS_MIN);
  expect(ttlClassMs(TTL_MS_MAX)).toBe(TTL_MS_MAX);
});
