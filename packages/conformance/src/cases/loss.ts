import assert from "node:assert/strict";
import { type Clock, type Lease, LockError, systemClock } from "@holdfast/core";
import type { ConformanceCase } from "../conformance-case.ts";
import { Gate } from "../gate.ts";
import { LoopLateness } from "../loop-lateness.ts";
import { harnessFault, needs } from "../needs.ts";
import { fault, ProbeProvider } from "../probe-provider.ts";
import { aborts, nextTurn, nowMs, pause, stall } from "../waits.ts";

/** A loss that is known is told within this; a timer's lateness on a busy machine. */
const AT_ONCE_MS = 100;

/** Waits for the loss, which must be told while the backend certainly keeps the lock. */
async function assertToldInTime(probe: ProbeProvider, lease: Lease): Promise<void> {
  using lateness = new LoopLateness();
  let spareMs = Number.NEGATIVE_INFINITY;
  const onAbort = (): void => {
    spareMs = probe.keptUntilMs(lease.name) - nowMs() + lateness.lateMsMax;
  };
  lease.signal.addEventListener("abort", onAbort, { once: true });
  await aborts(3 * lease.ttlMs, "the loss", lease.signal);
  assert.ok(spareMs >= 0, `told ${-spareMs} ms after the backend may have let go`);
  assertLost(lease.signal, lease.name);
}

function assertLost(signal: AbortSignal, lockName: string): LockError {
  assert.equal(signal.aborted, true, "the signal is aborted");
  const reason: unknown = signal.reason;
  assert.ok(LockError.is(reason), "the reason is a LockError");
  assert.equal(reason.code, "LEASE_LOST");
  assert.equal(reason.lockName, lockName);
  assert.ok(reason.why, "the reason says why");
  return reason;
}

/** The system's clock, with other hands on the wall and after a sleep of `sleptMs`. */
function shiftedClock(): Clock & { wallOffsetMs: number; sleptMs: number } {
  return {
    wallOffsetMs: 0,
    sleptMs: 0,
    monotonicMs: () => systemClock.monotonicMs(),
    wallMs() {
      return systemClock.wallMs() + this.wallOffsetMs + this.sleptMs;
    },
    bootMs() {
      return systemClock.bootMs() + this.sleptMs;
    },
    setTimer: (delayMs, callback, options) => systemClock.setTimer(delayMs, callback, options),
  };
}

/** Loss is told in time, by the holder's own clock, with no help from the network. */
export const lossCases: readonly ConformanceCase[] = [
  {
    id: "loss-after-stall",
    invariants: ["G-02"],
    title: "the first line after an event loop that stood still past the ttl throws",
    async run(context) {
      const locks = await context.locks();
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(150) });
      lease.assertValid();
      stall(lease.ttlMs * 1.2);
      assert.throws(() => lease.assertValid(), { code: "LEASE_LOST" });
      assert.ok(lease.validForMs <= 0);
      await nextTurn();
      assertLost(lease.signal, lease.name);
      await lease.release();
    },
  },
  {
    id: "loss-by-deadline",
    invariants: ["G-02", "G-01"],
    title: "the signal aborts before the backend may let the lock go, when renewals have no answer",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(300) });
      const never = new Gate();
      probe.plan = {
        sending: ({ operation }) => (operation === "renew" ? never.passed : undefined),
      };
      await assertToldInTime(probe, lease);
      assert.throws(() => lease.assertValid(), { code: "LEASE_LOST" });
      probe.plan = {};
    },
  },
  {
    id: "loss-when-backend-hangs",
    invariants: ["G-02", "G-01"],
    title: "the signal aborts before the lock can expire, when the backend hangs",
    skip: needs(harnessFault("hang"), harnessFault("resume")),
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(400) });
      context.defer(async () => context.harness.faults?.resume?.());
      await context.harness.faults?.hang?.();
      await assertToldInTime(probe, lease);
      await context.harness.faults?.resume?.();
    },
  },
  {
    id: "loss-answered",
    invariants: ["G-02", "G-05"],
    title: "a renewal that is answered “not yours” is told at once and is final",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(1_000) });
      probe.plan = { renewed: () => ({ status: "lost", why: "taken" }) };
      await lease.renew().catch(() => undefined);
      await aborts(AT_ONCE_MS, "the loss", lease.signal);
      assertLost(lease.signal, lease.name);
      probe.plan = {};
      const count = probe.count("renew");
      await pause(AT_ONCE_MS);
      assert.throws(() => lease.assertValid(), { code: "LEASE_LOST" });
      assert.equal(lease.validForMs, 0);
      assert.deepEqual([probe.count("renew"), probe.asked], [count, 1], "the handle is terminal");
      await lease.release();
    },
  },
  {
    id: "loss-announced",
    invariants: ["G-02"],
    title: "a loss that the provider announces is told at once",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(10_000) });
      await probe.lose("session ended");
      await aborts(AT_ONCE_MS, "the loss", lease.signal);
      assert.equal(assertLost(lease.signal, lease.name).why, "session ended");
      await lease.release();
    },
  },
  {
    id: "loss-deleted-outside",
    invariants: ["G-02", "G-03"],
    title: "a lock that an outsider deleted is told lost within a renewal, and is not re-created",
    skip: needs(harnessFault("deleteOutside")),
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(600) });
      await context.harness.faults?.deleteOutside?.(lease.name);
      await aborts(lease.ttlMs, "the loss", lease.signal);
      assertLost(lease.signal, lease.name);
      await context.becomesFree(other, lease.name, 500);
      assert.equal(await lease.release(), "absent");
    },
  },
  {
    id: "loss-of-all-data",
    invariants: ["G-02", "G-03"],
    title: "a backend that lost its data is noticed within a renewal, and nothing is re-created",
    skip: needs(harnessFault("forget")),
    async run(context) {
      const [locks, other] = [await context.locks(), await context.open()];
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(600) });
      await context.harness.faults?.forget?.();
      await aborts(lease.ttlMs, "the loss", lease.signal);
      assertLost(lease.signal, lease.name);
      await context.becomesFree(other, lease.name, 500);
    },
  },
  {
    id: "loss-not-by-release",
    invariants: ["G-02"],
    title: "a normal release tells no loss, then or later",
    async run(context) {
      const locks = await context.locks();
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(150) });
      assert.equal(await lease.release(), "released");
      await pause(1.5 * lease.ttlMs);
      assert.equal(lease.signal.aborted, false);
      assert.throws(() => lease.assertValid(), LockError);
    },
  },
  {
    id: "loss-wall-clock",
    invariants: ["G-02"],
    title: "a wall clock that jumps an hour either way changes no validity",
    async run(context) {
      const clock = shiftedClock();
      const locks = await context.locks({
        provider: new ProbeProvider(await context.open(), clock),
      });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(2_000) });
      for (const wallOffsetMs of [3_600_000, -3_600_000]) {
        clock.wallOffsetMs = wallOffsetMs;
        const validForMs = lease.validForMs;
        lease.assertValid();
        assert.ok(validForMs > 0 && validForMs <= lease.ttlMs);
        assert.ok((await lease.renew()) <= lease.ttlMs);
      }
      assert.equal(await lease.release(), "released");
    },
  },
  {
    id: "loss-suspend",
    invariants: ["G-02"],
    title: "a machine that slept past the ttl has lost its leases when it wakes",
    async run(context) {
      const clock = shiftedClock();
      const probe = new ProbeProvider(await context.open(), clock);
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(1_000) });
      clock.sleptMs = 2 * lease.ttlMs;
      assert.throws(() => lease.assertValid(), { code: "LEASE_LOST" });
      probe.plan = { renewed: () => ({ status: "unknown", cause: fault("unknown") }) };
      await aborts(2 * lease.ttlMs, "the loss", lease.signal);
      await lease.release();
    },
  },
];
