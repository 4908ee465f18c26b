import { expect, test } from "vitest";
import { createLocks, type Locks } from "../src/index.ts";
import { faultyProvider, settled } from "./faulty-provider.ts";

test("G-09 close waits for a release that is on its way", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  const lease = await locks.acquire("a");
  provider.faults.release = (_, real) =>
    new Promise((resolve) => void provider.clock.setTimer(100, () => resolve(real())));
  const released = lease.release();
  const closing = locks.close();
  await provider.clock.advance(200);
  expect(await released).toBe("released");
  expect(await closing).toEqual({ inDoubt: [] });
});

test("G-09 who is told of the end finds the locks closed, and closes only once", async () => {
  const provider = faultyProvider();
  let disposals = 0;
  const locks = createLocks({
    provider: {
      ...provider,
      [Symbol.asyncDispose]: async () => {
        disposals += 1;
      },
    },
  });
  const lease = await locks.acquire("a");
  const told: Promise<{ error?: { code: string } }>[] = [];
  lease.signal.addEventListener("abort", () => {
    told.push(settled(locks.acquire("b")), settled(locks.close()));
  });
  await locks.close();
  const [again] = await Promise.all(told);
  expect(again?.error?.code).toBe("PROVIDER_CLOSED");
  expect(provider.acquires).toHaveLength(1);
  expect(disposals).toBe(1);
});

test("G-10 closing is bounded and does not fail with a provider that cannot end", async () => {
  const provider = faultyProvider();
  const hanging = createLocks({
    provider: { ...provider, [Symbol.asyncDispose]: () => new Promise<void>(() => undefined) },
  });
  const closing = hanging.close({ timeoutMs: 300 });
  await provider.clock.advance(400);
  expect(await closing).toEqual({ inDoubt: [] });
  const failing = createLocks({
    provider: { ...provider, [Symbol.asyncDispose]: () => Promise.reject(new Error("no")) },
  });
  expect(await failing.close()).toEqual({ inDoubt: [] });
});

test("G-06 an adoption under way is given back when the locks close", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  const elsewhere = createLocks({ provider });
  const ticket = (await locks.acquire("a")).detach();
  let answer: () => void = () => undefined;
  provider.faults.renew = (_, real) =>
    new Promise((resolve) => {
      answer = () => resolve(real());
    });
  const adoption = settled(elsewhere.adopt(ticket));
  const closing = elsewhere.close();
  answer();
  expect((await adoption).error?.code).toBe("PROVIDER_CLOSED");
  await closing;
  expect(provider.releases).toHaveLength(1);
});

test("every waiter of a closing name gets an error of its own", async () => {
  const locks: Locks = createLocks({ provider: faultyProvider() });
  await locks.acquire("a");
  const waiters = [settled(locks.acquire("a")), settled(locks.acquire("a"))];
  await locks.close();
  const [first, second] = await Promise.all(waiters);
  expect(first?.error?.code).toBe("PROVIDER_CLOSED");
  expect(first?.error).not.toBe(second?.error);
});
