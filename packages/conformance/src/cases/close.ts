import assert from "node:assert/strict";
import type { ConformanceCase } from "../conformance-case.ts";
import { CountingClock } from "../counting-clock.ts";
import { Gate } from "../gate.ts";
import { ProbeProvider } from "../probe-provider.ts";
import { rejectsWith } from "../rejects-with.ts";
import { eventually, nowMs, pause, settlesWithin } from "../waits.ts";

/** Closing: everything is released, everybody is told, in a bounded time. */
export const closeCases: readonly ConformanceCase[] = [
  {
    id: "close-releases",
    invariants: ["G-09", "G-02"],
    title: "close releases every lease, tells its holder why, and disposes the provider once",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const locks = await context.locks({ provider: probe });
      const names = Array.from({ length: 20 }, () => context.name());
      const leases = await Promise.all(names.map((name) => locks.acquire(name)));
      assert.deepEqual(await locks.close(), { inDoubt: [] });
      for (const lease of leases) {
        assert.equal(lease.signal.aborted, true);
        assert.equal(lease.signal.reason.code, "PROVIDER_CLOSED");
        assert.throws(() => lease.assertValid());
        await context.becomesFree(other, lease.name, 500);
      }
      assert.equal(probe.disposeCount, 1);
    },
  },
  {
    id: "close-twice",
    invariants: ["G-09", "G-10"],
    title: "close is idempotent, and every later call is PROVIDER_CLOSED and sends nothing",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name());
      await Promise.all([locks.close(), locks.close()]);
      await locks[Symbol.asyncDispose]();
      assert.equal(probe.disposeCount, 1);
      const count = probe.calls.length;
      const name = context.name();
      await rejectsWith("PROVIDER_CLOSED", locks.acquire(name));
      await rejectsWith("PROVIDER_CLOSED", locks.tryAcquire(name));
      await rejectsWith(
        "PROVIDER_CLOSED",
        locks.using(name, () => assert.fail("the work ran")),
      );
      await rejectsWith("PROVIDER_CLOSED", locks.ping());
      await lease.release();
      assert.equal(probe.calls.length, count);
    },
  },
  {
    id: "close-waiters",
    invariants: ["G-09", "G-07"],
    title: "close ends every wait with PROVIDER_CLOSED and keeps no place in any queue",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.locks()];
      const third = await context.open();
      const lease = await other.acquire(context.name());
      const waiting = Array.from({ length: 20 }, () =>
        rejectsWith("PROVIDER_CLOSED", locks.acquire(lease.name)),
      );
      await pause(30);
      await settlesWithin(1_000, "close", locks.close());
      await settlesWithin(500, "the waiters", Promise.all(waiting));
      await lease.release();
      await context.becomesFree(third, lease.name, 1_000);
    },
  },
  {
    id: "close-in-flight",
    invariants: ["G-09", "G-06"],
    title: "a request on its way when Locks is closed leaves nothing held",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const locks = await context.locks({ provider: probe });
      const gate = new Gate();
      probe.plan = {
        replied: ({ operation }) => (operation === "release" ? undefined : gate.passed),
      };
      const name = context.name();
      const waiting = rejectsWith("PROVIDER_CLOSED", locks.acquire(name));
      await eventually(500, "the request left", () => probe.asked > 0);
      const closing = locks.close({ timeoutMs: 1_000 });
      gate.open();
      assert.deepEqual(await settlesWithin(2_000, "close", closing), { inDoubt: [] });
      await waiting;
      await context.becomesFree(other, name, 1_000);
    },
  },
  {
    id: "close-bounded",
    invariants: ["G-09", "G-12"],
    title: "close ends within timeoutMs though the backend does not answer, naming what it left",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(500) });
      const never = new Gate();
      probe.plan = { sending: () => never.passed };
      const startMs = nowMs();
      const { inDoubt } = await settlesWithin(2_000, "close", locks.close({ timeoutMs: 200 }));
      assert.ok(nowMs() - startMs <= 1_000);
      assert.deepEqual(inDoubt, [lease.name]);
      assert.equal(lease.signal.aborted, true, "the holder is told all the same");
    },
  },
  {
    id: "close-scope",
    invariants: ["G-09"],
    title: "a scope with await using closes its Locks at the end",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const name = context.name();
      {
        await using locks = await context.locks({ provider: probe });
        const lease = await locks.acquire(name);
        lease.assertValid();
      }
      assert.equal(probe.disposeCount, 1);
      await context.becomesFree(other, name, 500);
    },
  },
  {
    id: "close-no-timers",
    invariants: ["G-09"],
    title: "no timer keeps the process alive at rest, and none at all is left after close",
    async run(context) {
      const clock = new CountingClock();
      const probe = new ProbeProvider(await context.open(), clock);
      const locks = await context.locks({ provider: probe });
      const name = context.name();
      const controller = new AbortController();
      const lease = await locks.acquire(name);
      const aborted = rejectsWith("ABORTED", locks.acquire(name, { signal: controller.signal }));
      await rejectsWith("WAIT_TIMEOUT", locks.acquire(name, { waitMs: 30 }));
      controller.abort();
      await aborted;
      await lease.release();
      // One for all leases may stay armed, so that a cycle does not pay for arming it.
      const isAtRest = (): boolean => clock.refCount === 0 && clock.pendingCount <= 1;
      await eventually(1_000, "no timer at rest", isAtRest);
      await locks.acquire(name);
      const waiting = rejectsWith("PROVIDER_CLOSED", locks.acquire(name, { waitMs: 10_000 }));
      await locks.close();
      await waiting;
      await eventually(1_000, "no timer after close", () => clock.pendingCount === 0);
    },
  },
];
