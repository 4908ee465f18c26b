import { expect, test } from "vitest";
import { faults } from "../faults.ts";
import type { Ground } from "../ground.ts";
import { chooseFaults } from "./choose-faults.ts";

/** What faults ask of it before a run. */
const redis = { backend: "redis", members: [] } as unknown as Ground;

const holdfast = { isOnTargetClock: true };

function named(...ids: readonly string[]): typeof faults {
  return faults.filter(({ id }) => ids.includes(id));
}

test("what is for other backends is missing only to who asked for it", () => {
  const known = named("worker-killed", "compacted");
  expect(chooseFaults(redis, holdfast, { known, asked: undefined })).toEqual({
    faults: named("worker-killed"),
    leftOut: [],
  });
  expect(chooseFaults(redis, holdfast, { known, asked: known })).toEqual({
    faults: named("worker-killed"),
    leftOut: [{ id: "compacted", why: "it is for other backends" }],
  });
});

test("what no promise covers is done only to who asked for it", () => {
  const known = named("data-lost");
  const { faults: drawn, leftOut } = chooseFaults(redis, holdfast, { known, asked: undefined });
  expect(drawn).toEqual([]);
  expect(leftOut.map(({ id }) => id)).toEqual(["data-lost"]);
  expect(chooseFaults(redis, holdfast, { known, asked: known })).toEqual({
    faults: known,
    leftOut: [],
  });
});

test("a clock that a library does not look at is not moved for it", () => {
  const known = named("worker-suspended");
  expect(chooseFaults(redis, holdfast, { known, asked: undefined }).faults).toEqual(known);
  expect(chooseFaults(redis, {}, { known, asked: undefined })).toEqual({
    faults: [],
    leftOut: [{ id: "worker-suspended", why: "this library looks at other clocks" }],
  });
});
