import { expect, test } from "vitest";
import { together } from "./lock-watch.ts";

test("a lock that several processes want has one row, with all who wait, the most wanted first", () => {
  const state = { held: true, fencingToken: "7" };
  const rows = together([
    { name: "a", strategy: "redis-ioredis", waiting: 1, holding: 0 },
    { name: "b", strategy: "redis-ioredis", waiting: 2, holding: 1, state },
    { name: "b", strategy: "redis-ioredis", waiting: 3, holding: 0 },
    { name: "b", strategy: "etcd", waiting: 0, holding: 1 },
  ]);
  expect(rows).toEqual([
    { name: "b", strategy: "redis-ioredis", waiting: 5, holding: 1, state },
    { name: "a", strategy: "redis-ioredis", waiting: 1, holding: 0 },
    { name: "b", strategy: "etcd", waiting: 0, holding: 1 },
  ]);
});
