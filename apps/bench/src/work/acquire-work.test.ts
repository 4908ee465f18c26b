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

test("a library that waits for ever is left after the time that the part may take", async () => {
  const client = {
    acquire: () => new Promise<void>(() => {}),
    release: () => undefined,
    close: async () => {},
  };
  const reply = await acquireWork(client, { acquires: 1_000, allMsMax: 100, eachMsMax: 60 });
  expect(reply).toEqual({ attempted: 2, succeeded: 0, p50Us: 0, p99Us: 0 });
});
