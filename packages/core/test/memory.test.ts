import { expect, test } from "vitest";
import { createLocks, type Loss, manualClock, memory, withPrefix } from "../src/index.ts";
import { settled } from "./faulty-provider.ts";

function claim(holderId: string, ttlMs = 1_000) {
  return { name: "a", holderId, ttlMs, mode: "exclusive", renewable: true } as const;
}

test("G-01 a second holder is refused until the ttl has passed, and told how long that is", async () => {
  const clock = manualClock();
  const provider = memory({ clock });
  expect(await provider.tryAcquire(claim("one"))).toMatchObject({
    granted: true,
    fencingToken: 1n,
  });
  await clock.advance(400);
  expect(await provider.tryAcquire(claim("two"))).toEqual({
    granted: false,
    why: "held",
    retryAfterMs: 600,
  });
  await clock.advance(600);
  expect(await provider.tryAcquire(claim("two"))).toMatchObject({
    granted: true,
    fencingToken: 2n,
  });
});

test("G-11 the same process is refused like any other", async () => {
  const provider = memory();
  await provider.tryAcquire(claim("one"));
  expect(await provider.tryAcquire(claim("two"))).toMatchObject({ granted: false });
});

test("G-05 a stranger's release and renewal change nothing", async () => {
  const provider = memory();
  await provider.tryAcquire(claim("one"));
  expect(await provider.release({ ...claim("two"), inDoubt: false })).toBe("absent");
  expect(await provider.renew([claim("two")])).toMatchObject([{ status: "lost" }]);
  expect((await provider.inspect?.("a"))?.held).toBe(true);
});

test("G-03 a renewal does not re-create what has expired", async () => {
  const clock = manualClock();
  const provider = memory({ clock });
  await provider.tryAcquire(claim("one"));
  await clock.advance(1_000);
  expect(await provider.renew([claim("one")])).toMatchObject([{ status: "lost" }]);
  expect((await provider.inspect?.("a"))?.held).toBe(false);
});

test("a copy of a granted request gets the same token and the ttl anew", async () => {
  const clock = manualClock();
  const provider = memory({ clock });
  await provider.tryAcquire(claim("one"));
  await clock.advance(900);
  expect(await provider.tryAcquire(claim("one"))).toMatchObject({
    granted: true,
    fencingToken: 1n,
  });
  await clock.advance(900);
  expect((await provider.inspect?.("a"))?.remainingMs).toBe(100);
});

test("G-08 a waiter is granted when a holder that vanished expires, and not before", async () => {
  const clock = manualClock();
  const provider = memory({ clock });
  await provider.tryAcquire(claim("vanished"));
  let grantedAtMs = 0;
  void createLocks({ provider })
    .acquire("a")
    .then(() => {
      grantedAtMs = clock.monotonicMs();
    });
  await clock.advance(2_000);
  expect(grantedAtMs).toBe(1_000);
});

test("G-07 a newcomer does not pass a waiter between an expiry and its timer", async () => {
  const clock = manualClock();
  const provider = memory({ clock });
  await provider.tryAcquire(claim("vanished"));
  const { signal } = new AbortController();
  const waiting = provider.enqueue?.({ ...claim("waiter"), signal });
  clock.stall(1_000);
  expect(await provider.tryAcquire(claim("newcomer"))).toMatchObject({ granted: false });
  expect(await waiting).toMatchObject({ holderId: "waiter" });
  await provider[Symbol.asyncDispose]();
});

test("G-09 a waiter that aborted is gone from the queue", async () => {
  const clock = manualClock();
  const provider = memory({ clock });
  await createLocks({ provider }).acquire("a");
  const locks = createLocks({ provider });
  const controller = new AbortController();
  const waiting = settled(locks.acquire("a", { signal: controller.signal }));
  await clock.advance(1);
  expect((await provider.inspect?.("a"))?.waiters).toBe(1);
  controller.abort();
  expect((await waiting).error?.code).toBe("ABORTED");
  await clock.advance(0);
  expect((await provider.inspect?.("a"))?.waiters).toBe(0);
});

test("breakLock ends the holding that was inspected and not its successor, and the holder is told", async () => {
  const provider = memory();
  const locks = createLocks({ provider });
  const first = await locks.acquire("a", { description: "the first" });
  const { incarnation, description } = await locks.inspect("a");
  expect(description).toBe("the first");
  const { signal } = first;
  expect(await locks.breakLock("a", { incarnation: incarnation ?? "" })).toBe(true);
  expect(signal.aborted).toBe(true);
  const second = await locks.acquire("a");
  expect(await locks.breakLock("a", { incarnation: incarnation ?? "" })).toBe(false);
  second.assertValid();
  expect(await locks.breakLock("a", { any: true })).toBe(true);
  expect(await locks.breakLock("a", { any: true })).toBe(false);
});

test("a thousand names that came and went do not stay", async () => {
  const clock = manualClock();
  const provider = memory({ clock });
  const locks = createLocks({ provider, renew: false, ttlMs: 100 });
  for (let round = 0; round < 20_000; round += 1) {
    const lease = await locks.acquire(`name ${round}`);
    if (round % 2 === 0) await lease.release();
    if (round % 100 === 0) await clock.advance(200);
  }
  expect((await locks.inspect("name 19998")).held).toBe(false);
});

test("prefixes make namespaces of one provider, for locks, losses and inspection", async () => {
  const provider = memory();
  const [left, right] = [withPrefix(provider, "l:"), withPrefix(provider, "r:")];
  const losses: Loss[] = [];
  left.onLoss?.((loss) => losses.push(loss));
  const held = await createLocks({ provider: left }).acquire("a");
  const other = await createLocks({ provider: right }).acquire("a");
  expect([held.name, other.name]).toEqual(["a", "a"]);
  expect(await left.inspect?.("a")).toMatchObject({ name: "a", held: true });
  expect(await provider.inspect?.("l:a")).toMatchObject({ name: "l:a", held: true });
  await provider.breakLock?.("r:a", { incarnation: "any" });
  expect(losses).toEqual([]);
  await provider.breakLock?.("l:a", { incarnation: "any" });
  expect(losses).toMatchObject([{ name: "a" }]);
});

test("a disposed provider refuses and ends its waiters", async () => {
  const provider = memory();
  await createLocks({ provider }).acquire("a");
  const waiting = settled(createLocks({ provider }).acquire("a"));
  await Promise.resolve();
  await provider[Symbol.asyncDispose]();
  expect((await waiting).error?.code).toBe("PROVIDER_CLOSED");
  await expect(provider.tryAcquire(claim("x"))).rejects.toMatchObject({ code: "PROVIDER_CLOSED" });
  await expect(provider.ping?.()).rejects.toMatchObject({ code: "PROVIDER_CLOSED" });
});
