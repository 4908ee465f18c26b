import assert from "node:assert/strict";
import { type AcquireOptions, createLocks, type LocksOptions } from "@holdfast/core";
import type { ConformanceCase } from "../conformance-case.ts";
import { Gate } from "../gate.ts";
import { rejectsWith } from "../rejects-with.ts";
import { pause } from "../waits.ts";

/** Options of a single call that are a caller's error. */
const BAD_CALLS: readonly Readonly<Record<string, unknown>>[] = [
  ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, 600_001, "10", null, 10n].map((ttlMs) => ({
    ttlMs,
  })),
  ...[-1, Number.NaN, "1", {}].map((waitMs) => ({ waitMs })),
  ...[0, -1, Number.NaN, "1"].map((maxHoldMs) => ({ maxHoldMs })),
  { signal: {} },
  { signal: "abort" },
  { renew: "yes" },
  { description: 7 },
  { retries: 3 },
];

/** Options of `createLocks` that are a caller's error. */
const BAD_CLIENTS: readonly Readonly<Record<string, unknown>>[] = [
  { provider: undefined },
  { provider: {} },
  { ttlMs: 0 },
  { ttlMs: 2_000, ttlMsMax: 1_000 },
  { localHandoffMax: 64 },
  { localHandoffMax: -1 },
  { localHandoffMax: 1.5 },
  { marginMs: -1 },
  { driftMs: Number.NaN },
  { releaseTimeoutMs: 0 },
  { backoffMsMin: 0 },
  { fenceBase: 1 },
  { limits: { waitersMax: 0 } },
  { limits: { leases: 5 } },
  { ttl: 5_000 },
];

async function thrownBy(call: () => unknown): Promise<unknown> {
  return Promise.resolve()
    .then(call)
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
}

/** Every bound has a name, and passing it is a typed error before anything is sent. */
export const limitCases: readonly ConformanceCase[] = [
  {
    id: "limits-call-options",
    invariants: ["G-12"],
    title: "a ttl, wait or other option out of range is a caller's error and sends nothing",
    appliesWithoutExclusion: true,
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      for (const bad of BAD_CALLS) {
        const [parameter = ""] = Object.keys(bad);
        const options = bad as AcquireOptions;
        const error = await thrownBy(() => locks.acquire(context.name(), options));
        const said = `${parameter}: ${String(bad[parameter])} gave ${String(error)}`;
        assert.ok(error instanceof TypeError || error instanceof RangeError, said);
        assert.match(error.message, new RegExp(parameter), "names the parameter");
      }
      assert.equal(probe.calls.length, 0);
    },
  },
  {
    id: "limits-client-options",
    invariants: ["G-12"],
    title: "an option of createLocks out of range is a caller's error",
    appliesWithoutExclusion: true,
    async run(context) {
      const provider = await context.open();
      for (const bad of BAD_CLIENTS) {
        const options = { provider, ...bad } as unknown as LocksOptions;
        const error = await thrownBy(() => createLocks(options));
        const said = `${Object.keys(bad)} gave ${String(error)}`;
        assert.ok(error instanceof TypeError || error instanceof RangeError, said);
      }
    },
  },
  {
    id: "limits-clock",
    invariants: ["G-12", "G-02"],
    title: "two different clocks for core and the provider are a caller's error",
    appliesWithoutExclusion: true,
    async run(context) {
      const provider = await context.open();
      const clock = {
        monotonicMs: () => 0,
        wallMs: () => 0,
        bootMs: () => 0,
        setTimer: () => ({ cancel: () => undefined }),
      };
      assert.throws(() => createLocks({ provider, clock }), TypeError);
    },
  },
  {
    id: "limits-ttl-rounded",
    invariants: ["G-12", "G-08"],
    title: "a ttl below the provider's minimum or resolution is rounded up, and told",
    appliesWithoutExclusion: true,
    async run(context) {
      const locks = await context.locks();
      const { ttlMsMin, ttlResolutionMs } = context.facts.capabilities;
      for (const ttlMs of [1, ttlMsMin, ttlMsMin + ttlResolutionMs / 2, 12_345.6]) {
        await using lease = await locks.acquire(context.name(), { ttlMs, renew: false }).catch(
          // A ttl of a few milliseconds may be over before the answer comes.
          () => locks.acquire(context.name(), { ttlMs: Math.max(ttlMs, 1_000) }),
        );
        assert.ok(lease.ttlMs >= ttlMs && lease.ttlMs >= ttlMsMin, `${lease.ttlMs}`);
        assert.equal(lease.ttlMs % ttlResolutionMs, 0);
        assert.ok(lease.validForMs < lease.ttlMs);
      }
    },
  },
  {
    id: "limits-waiters",
    invariants: ["G-12"],
    title: "one waiter more than waitersPerNameMax or waitersMax is LIMIT_EXCEEDED at once",
    async run(context) {
      const limits = { waitersPerNameMax: 3, waitersMax: 5 };
      const locks = await context.locks({ limits });
      const names = [context.name(), context.name(), context.name()] as const;
      const leases = await Promise.all(names.map((name) => locks.acquire(name)));
      const wait = (name: string): Promise<unknown> =>
        locks.acquire(name, { waitMs: 5_000 }).then((lease) => lease.release());
      const waiting = [wait(names[0]), wait(names[0]), wait(names[0])];
      const error = await rejectsWith("LIMIT_EXCEEDED", wait(names[0]));
      assert.match(error.message, /waitersPerNameMax/);
      waiting.push(wait(names[1]), wait(names[2]));
      assert.match((await rejectsWith("LIMIT_EXCEEDED", wait(names[1]))).message, /waitersMax/);
      await Promise.all(leases.map((lease) => lease.release()));
      await Promise.all(waiting);
      const again = await locks.acquire(names[0], { waitMs: 5_000 });
      await again.release();
    },
  },
  {
    id: "limits-leases",
    invariants: ["G-12", "G-09"],
    title: "one lease more than leasesMax is LIMIT_EXCEEDED and leaves nothing held",
    async run(context) {
      const [locks, other] = [
        await context.locks({ limits: { leasesMax: 2 } }),
        await context.open(),
      ];
      const leases = [await locks.acquire(context.name()), await locks.acquire(context.name())];
      const name = context.name();
      await rejectsWith("LIMIT_EXCEEDED", locks.acquire(name, { waitMs: 200 }));
      await context.becomesFree(other, name, 1_000);
      await leases[0]?.release();
      const next = await locks.acquire(name, { waitMs: 2_000 });
      await next.release();
      await leases[1]?.release();
    },
  },
  {
    id: "limits-in-doubt",
    invariants: ["G-12", "G-06"],
    title: "no more unknown outcomes than inDoubtMax are taken on",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe, limits: { inDoubtMax: 2 } });
      const never = new Gate();
      probe.plan = { replied: () => never.passed };
      const options = { waitMs: 50, ttlMs: context.ttl(10_000) };
      for (let count = 0; count < 2; count += 1) {
        await rejectsWith("WAIT_TIMEOUT", locks.acquire(context.name(), options));
      }
      await pause(20);
      const asked = probe.asked;
      const error = await rejectsWith("LIMIT_EXCEEDED", locks.acquire(context.name(), options));
      assert.match(error.message, /inDoubtMax/);
      assert.equal(probe.asked, asked, "nothing was sent");
      probe.plan = {};
      never.open();
    },
  },
];
