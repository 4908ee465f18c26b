import { expect, test } from "vitest";
import { memory } from "../strategies/memory.ts";
import { WatchedClient } from "./watched-client.ts";

test("who holds and who waits is known while it is so, and no longer", async () => {
  const unwatched = await memory.open({ urls: [] });
  const watch = new WatchedClient(unwatched);
  const first = await watch.client.acquire("a");
  const second = watch.client.acquire("a");
  expect(await watch.look("memory")).toMatchObject([
    {
      ...{ name: "a", strategy: "memory", waiting: 1, holding: 1 },
      state: { held: true, fencingToken: expect.stringMatching(/^\d+$/) },
    },
  ]);
  await watch.client.release("a", first);
  await watch.client.release("a", await second);
  expect(await watch.look("memory")).toEqual([]);
  await watch.client.close();
});

test("a library that cannot be asked, and works by callback, is watched all the same", async () => {
  let end: () => void = () => {};
  const busy = new Promise<void>((resolve) => {
    end = resolve;
  });
  const watch = new WatchedClient({
    acquire: () => Promise.reject(new Error("taken")),
    release: () => undefined,
    using: async (_name, work) => work(),
    close: async () => {},
  });
  await expect(watch.client.acquire("a")).rejects.toThrow("taken");
  const used = watch.client.using?.("a", () => busy);
  const row = { name: "a", strategy: "mine", waiting: 0, holding: 1 };
  expect(await watch.look("mine")).toEqual([row]);
  end();
  await used;
  expect(await watch.look("mine")).toEqual([]);
});
