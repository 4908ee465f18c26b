import { expect, test } from "vitest";
import { asyncMutex } from "../strategies/async-mutex.ts";
import { holdingWork, namesOf } from "./holding-work.ts";

test("what is held cannot be taken, and what was freed can", async () => {
  const client = await asyncMutex.open({ urls: [] });
  const names = namesOf("held:", 3);
  await holdingWork(client, { step: "hold", prefix: "held:", leases: 3, ttlMs: 100, idleMs: 1 });
  const intrude = { step: "intrude", names: [...names, "free"], patienceMs: 20 } as const;
  expect(await holdingWork(client, intrude)).toEqual({ takenCount: 1 });
  expect(await holdingWork(client, { step: "free" })).toEqual({ toldCount: 0 });
  const again = { step: "intrude", names: namesOf("other:", 2), patienceMs: 20 } as const;
  expect(await holdingWork(client, again)).toEqual({ takenCount: 2 });
});

test("memory is that of the leases, to the order of magnitude", async () => {
  const kibibyteEach = {
    acquire: async () => Array.from({ length: 128 }, (_, index) => index + 0.5),
    release: () => undefined,
    close: async () => {},
  };
  const request = { step: "hold", prefix: "", leases: 2_000, ttlMs: 1, idleMs: 1 } as const;
  const reply = (await holdingWork(kibibyteEach, request)) as { heapKibPerLease: number };
  expect(reply.heapKibPerLease).toBeGreaterThan(0.9);
  expect(reply.heapKibPerLease).toBeLessThan(2);
});

test("losses are counted as the library tells them", async () => {
  const tells: (() => void)[] = [];
  const client = {
    acquire: async () => ({}),
    release: () => undefined,
    onLost: (_holding: unknown, tell: () => void) => {
      tells.push(tell);
    },
    close: async () => {},
  };
  await holdingWork(client, { step: "hold", prefix: "", leases: 5, ttlMs: 1, idleMs: 1 });
  for (const tell of tells.slice(0, 2)) tell();
  expect(await holdingWork(client, { step: "free" })).toEqual({ toldCount: 2 });
});
