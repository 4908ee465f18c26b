import assert from "node:assert/strict";
import type { Lease, Locks } from "@holdfast/core";
import type { ConformanceCase } from "../conformance-case.ts";
import { Gate } from "../gate.ts";
import { capability, needs } from "../needs.ts";
import { rejectsWith } from "../rejects-with.ts";
import { eventually, pause, settlesWithin } from "../waits.ts";

/** Takes `name` `count` times through one queue; the order in which the waiters were served. */
async function servedOrder(locks: Locks, name: string, count: number): Promise<number[]> {
  const served: number[] = [];
  const first = await locks.acquire(name);
  const waiting = Array.from({ length: count }, (_, index) =>
    locks.using(name, () => void served.push(index), { waitMs: 10_000 }),
  );
  await first.release();
  await Promise.all(waiting);
  return served;
}

/** The queue that one process keeps per name, in front of the backend. */
export const localQueueCases: readonly ConformanceCase[] = [
  {
    id: "queue-first-in-first-out",
    invariants: ["G-07", "G-11"],
    title: "waiters of one process are served in the order they came, with hand-off or without",
    async run(context) {
      for (const localHandoffMax of [0, 3, 16]) {
        const locks = await context.locks({ localHandoffMax });
        const served = await servedOrder(locks, context.name(), 30);
        assert.deepEqual(served, [...served.keys()]);
      }
    },
  },
  {
    id: "queue-hand-off-silent",
    invariants: ["G-07", "G-12"],
    title: "a lock is handed on inside the process without any command, localHandoffMax times",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe, localHandoffMax: 4 });
      const name = context.name();
      await servedOrder(locks, name, 4);
      assert.deepEqual([probe.asked, probe.count("release")], [1, 1], "five holders, one grant");
      await servedOrder(locks, name, 9);
      assert.deepEqual([probe.asked, probe.count("release")], [3, 3], "ten holders, two grants");
    },
  },
  {
    id: "queue-hand-off-ends",
    invariants: ["G-07"],
    title: "a process with waiters of its own lets another process have its turn",
    async run(context) {
      const [locks, other] = [await context.locks({ localHandoffMax: 4 }), await context.locks()];
      const name = context.name();
      const lease = await locks.acquire(name);
      const waiting = other.acquire(name, { waitMs: 20_000 });
      let isServed = false;
      const busy = Array.from({ length: 10 }, async () => {
        while (!isServed) await locks.using(name, () => pause(2), { waitMs: 20_000 });
      });
      await lease.release();
      const next = await settlesWithin(10_000, "the other process", waiting);
      isServed = true;
      await next.release();
      await Promise.all(busy);
    },
  },
  {
    id: "queue-hand-off-none",
    invariants: ["G-07", "G-12"],
    title: "localHandoffMax: 0 gives the lock back between any two holders",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe, localHandoffMax: 0 });
      await servedOrder(locks, context.name(), 5);
      assert.equal(probe.count("release"), 6);
      assert.equal(locks.capabilities.fair, probe.capabilities.fair);
      const handing = await context.locks({ localHandoffMax: 1 });
      assert.equal(handing.capabilities.fair, false, "never fair with hand-off");
    },
  },
  {
    id: "queue-fair",
    invariants: ["G-07"],
    title: "where the provider declares it, waiting processes are served in the order they came",
    skip: needs(capability("fair", true)),
    async run(context) {
      const holder = await context.locks();
      const lease = await holder.acquire(context.name());
      const served: number[] = [];
      const waiting: Promise<unknown>[] = [];
      for (let index = 0; index < 6; index += 1) {
        const probe = await context.probe();
        const locks = await context.locks({ provider: probe, localHandoffMax: 0 });
        const serve = (): void => void served.push(index);
        waiting.push(locks.using(lease.name, serve, { waitMs: 10_000 }));
        await eventually(1_000, "it is in the queue", () => probe.count("enqueue") > 0);
        await pause(20);
      }
      await lease.release();
      await Promise.all(waiting);
      assert.deepEqual(served, [0, 1, 2, 3, 4, 5]);
    },
  },
  {
    id: "queue-unequal-ttl",
    invariants: ["G-01", "G-11"],
    title: "a waiter that asked for another ttl gets a lease of its own ttl",
    async run(context) {
      const locks = await context.locks();
      const [short, long] = [context.ttl(1_000), context.ttl(60_000)];
      const first = await locks.acquire(context.name(), { ttlMs: short });
      const waiting = locks.acquire(first.name, { ttlMs: long, waitMs: 5_000 });
      await first.release();
      const lease = await settlesWithin(2_000, "the grant", waiting);
      assert.ok(lease.ttlMs >= long, `${lease.ttlMs}`);
      assert.ok(lease.validForMs > long / 2);
      await lease.release();
    },
  },
  {
    id: "queue-no-barging",
    invariants: ["G-11", "G-07"],
    title: "tryAcquire is refused without a command while this process holds or waits for the name",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.locks()];
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name());
      const asked = probe.asked;
      assert.equal(await locks.tryAcquire(lease.name), undefined);
      assert.equal(probe.asked, asked);
      await lease.release();
      const foreign = await other.acquire(context.name());
      const waiting = locks.acquire(foreign.name, { waitMs: 5_000 });
      assert.equal(await locks.tryAcquire(foreign.name), undefined);
      await foreign.release();
      await (await waiting).release();
    },
  },
  {
    id: "queue-place-kept",
    invariants: ["G-07", "G-06"],
    title: "a grant on its way when its waiter's time ends goes to the next waiter",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const name = context.name();
      const gate = new Gate();
      const isAsking = ({ operation }: { readonly operation: string }): boolean =>
        operation === "tryAcquire" || operation === "enqueue";
      probe.plan = { replied: (call) => (isAsking(call) ? gate.passed : undefined) };
      const brief = locks.acquire(name, { waitMs: 100 });
      const patient = locks.acquire(name, { waitMs: 10_000 });
      await rejectsWith("WAIT_TIMEOUT", brief);
      gate.open();
      const lease = await settlesWithin(2_000, "the grant", patient);
      assert.equal(probe.asked, 1, "the short wait did not cost the process its place");
      assert.equal(await lease.release(), "released");
    },
  },
  {
    id: "queue-late-grant",
    invariants: ["G-06", "G-09"],
    title: "a grant that arrives when nobody waits any more is given back",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const locks = await context.locks({ provider: probe });
      const gate = new Gate();
      probe.plan = {
        replied: ({ operation }) => (operation === "release" ? undefined : gate.passed),
      };
      const name = context.name();
      await rejectsWith("WAIT_TIMEOUT", locks.acquire(name, { waitMs: 100 }));
      gate.open();
      await context.becomesFree(other, name, 2_000);
    },
  },
  {
    id: "queue-validity-of-heirs",
    invariants: ["G-01", "G-02"],
    title: "a lease that was handed on has at least half its ttl and its own signal",
    async run(context) {
      const locks = await context.locks();
      const ttlMs = context.ttl(300);
      const name = context.name();
      const leases: Lease[] = [];
      const hold = async (): Promise<void> => {
        const lease = await locks.acquire(name, { ttlMs, waitMs: 20_000 });
        assert.ok(lease.validForMs >= 0.4 * ttlMs, `only ${lease.validForMs} ms of ${ttlMs}`);
        leases.push(lease);
        await pause(ttlMs / 4);
        lease.assertValid();
        await lease.release();
      };
      await Promise.all(Array.from({ length: 8 }, hold));
      assert.equal(new Set(leases.map(({ signal }) => signal)).size, 8);
      assert.ok(leases.every(({ signal }) => !signal.aborted));
    },
  },
  {
    id: "queue-aborted-waiter",
    invariants: ["G-07", "G-09"],
    title: "waiters that left the queue are passed over, in their order",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const name = context.name();
      const first = await locks.acquire(name);
      const controllers = Array.from({ length: 10 }, () => new AbortController());
      const served: number[] = [];
      const waiting = controllers.map(({ signal }, index) =>
        locks
          .using(name, () => void served.push(index), { signal, waitMs: 5_000 })
          .catch(() => undefined),
      );
      for (const index of [0, 4, 5, 9]) controllers[index]?.abort();
      await first.release();
      await Promise.all(waiting);
      assert.deepEqual(served, [1, 2, 3, 6, 7, 8]);
      assert.equal(probe.asked, 1);
    },
  },
];
