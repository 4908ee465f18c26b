import { expect, test } from "vitest";
import { asyncMutex } from "../strategies/async-mutex.ts";
import { localWork } from "./local-work.ts";

test("turns of the slice are counted apart from those that emptied the queue", async () => {
  const client = await asyncMutex.open({ urls: [] });
  const reply = await localWork(client, { name: "bench", contenders: 4, seconds: 0.02 });
  const turns = reply.turns.reduce((sum, count) => sum + count, 0);
  expect(turns).toBeGreaterThan(4);
  // The mutex is fair, so the lock changes hands every time.
  expect(reply.switchCount).toBe(turns);
  expect(reply.lateCount).toBeLessThanOrEqual(4);
  expect(reply).toMatchObject({ abandonedCount: 0, failureCount: 0 });
});

test("contenders that fail again and again leave, and one that waits for ever is left behind", async () => {
  let calls = 0;
  const client = {
    acquire: () => {
      calls += 1;
      return calls === 1 ? new Promise<void>(() => {}) : Promise.reject(new Error("refused"));
    },
    release: () => undefined,
    close: async () => {},
  };
  const reply = await localWork(client, { name: "bench", contenders: 2, seconds: 0.02 });
  expect(reply).toMatchObject({ turns: [0, 0], abandonedCount: 1, failureCount: 10 });
});
