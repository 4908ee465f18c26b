import { expect, test } from "vitest";
import { LocalQueue } from "./local-queue.ts";
import { memory } from "./memory/memory-provider.ts";
import { noop } from "./noop.ts";
import type { LockProvider } from "./provider.ts";
import { resolveLocksOptions, type Settings } from "./settings.ts";

function made(provider: LockProvider = memory()): { queues: LocalQueue; settings: Settings } {
  const settings = resolveLocksOptions({ provider });
  return { queues: new LocalQueue(settings), settings };
}

/** How many of the names `0` to `count − 1` are known. */
function knownCount(queues: LocalQueue, count: number): number {
  return Array.from({ length: count }, (_, index) => queues.find(`${index}`)).filter(Boolean)
    .length;
}

test("names at rest are kept, up to a thousand, and then forgotten all together", () => {
  const { queues } = made();
  for (let index = 0; index < 1_024; index += 1) queues.open(`${index}`);
  expect(knownCount(queues, 1_024)).toBe(1_024);
  expect(queues.all()).toEqual([]);
  queues.open("1024");
  expect(knownCount(queues, 1_025)).toBe(1);
  for (let index = 0; index < 1_023; index += 1) queues.open(`${index}`);
  expect(knownCount(queues, 1_025)).toBe(1_024);
});

test("names that are busy stay, and as many at rest beside them", async () => {
  const { queues, settings } = made();
  for (let index = 0; index < 1_024; index += 1) {
    await queues.open(`${index}`).join("wait", settings.defaults);
  }
  queues.open("1024");
  // All of them were kept, so the next look comes at twice as many.
  for (let index = 1_025; index < 2_048; index += 1) queues.open(`${index}`);
  expect(knownCount(queues, 2_048)).toBe(2_048);
  queues.open("2048");
  expect(knownCount(queues, 2_049)).toBe(1_025);
  expect(queues.all()).toHaveLength(1_024);
  for (const { lease } of queues.all()) await lease?.release();
  queues.renewer.stop();
});

test("where nobody excludes, each call has a queue of its own, known until it rests", async () => {
  const { queues, settings } = made(noop());
  const [first, second] = [queues.open("a"), queues.open("a")];
  expect(queues.find("a")).toBeUndefined();
  const leases = await Promise.all(
    [first, second].map((queue) => queue.join("wait", settings.defaults)),
  );
  expect(queues.all()).toEqual([first, second]);
  await leases[0]?.release();
  expect(queues.all()).toEqual([second]);
  await leases[1]?.release();
  expect(queues.all()).toEqual([]);
  queues.renewer.stop();
});

test("waits are counted over all names", async () => {
  const { queues, settings } = made();
  const held = await queues.open("a").join("wait", settings.defaults);
  const queue = queues.find("a");
  expect([queue?.isBusy, queue?.line.size]).toEqual([true, 0]);
  const waiting = queue?.join("wait", settings.defaults);
  expect(queue?.line.size).toBe(1);
  await held?.release();
  await (await waiting)?.release();
  expect([queue?.isBusy, queue?.line.size, queues.all()]).toEqual([false, 0, []]);
  queues.renewer.stop();
});
