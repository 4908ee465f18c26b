import { setTimeout as sleepMs } from "node:timers/promises";
import { expect, test } from "vitest";
import { acquireWork } from "./acquire-work.ts";

test("an acquire that rejects is an attempt that did not succeed, and its name is left alone", async () => {
  const names: string[] = [];
  const client = {
    acquire: async (name: string) => {
      names.push(name);
      if (names.length === 2) throw new Error("refused");
    },
    release: () => undefined,
    close: async () => {},
  };
  const reply = await acquireWork(client, { acquires: 4, allMsMax: 5_000, eachMsMax: 1_000 });
  expect(reply).toMatchObject({ attempted: 4, succeeded: 3 });
  const [first, second, third] = names;
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test("one slow acquire among many is in no percentile, but it is the slowest", async () => {
  let calls = 0;
  const client = {
    acquire: async () => {
      calls += 1;
      if (calls === 7) await sleepMs(60);
    },
    release: () => undefined,
    close: async () => {},
  };
  const reply = await acquireWork(client, { acquires: 1_000, allMsMax: 5_000, eachMsMax: 1_000 });
  expect(reply.p99Us).toBeLessThan(50_000);
  expect(reply.maxUs).toBeGreaterThan(50_000);
});

test("a library that waits for ever is left after the time that the part may take", async () => {
  const client = {
    acquire: () => new Promise<void>(() => {}),
    release: () => undefined,
    close: async () => {},
  };
  const reply = await acquireWork(client, { acquires: 1_000, allMsMax: 100, eachMsMax: 60 });
  expect(reply).toMatchObject({ attempted: 2, succeeded: 0, p50Us: 0, p99Us: 0 });
  // One that failed took its time as well.
  expect(reply.maxUs).toBeGreaterThan(50_000);
});
