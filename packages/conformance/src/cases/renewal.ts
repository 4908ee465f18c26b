import assert from "node:assert/strict";
import type { Lease, RenewOutcome } from "@holdfast/core";
import type { ConformanceCase } from "../conformance-case.ts";
import { Gate } from "../gate.ts";
import { fault, type ProbeCall } from "../probe-provider.ts";
import { rejectsWith } from "../rejects-with.ts";
import { aborts, eventually, nowMs, pause, settlesWithin } from "../waits.ts";

/** On a busy machine a thousand acquires are slow, and some get no answer in time. */
const PATIENCE_MS = 30_000;

const unknownOutcome = (): RenewOutcome => ({ status: "unknown", cause: fault("unknown") });

/** Renewal as core does it over the provider: on time, bounded, and honest about what it knows. */
export const renewalCases: readonly ConformanceCase[] = [
  {
    id: "renewal-in-background",
    invariants: ["G-03"],
    title: "a lease outlives several ttls while its holder does nothing",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.locks()];
      const ttlMs = context.ttl(600);
      const lease = await locks.acquire(context.name(), { ttlMs });
      await pause(3 * ttlMs);
      lease.assertValid();
      assert.equal(lease.signal.aborted, false);
      assert.equal(await other.tryAcquire(lease.name), undefined);
      assert.equal(await lease.release(), "released");
    },
  },
  {
    id: "renewal-transient-error",
    invariants: ["G-03"],
    title: "renewals that fail for a while do not end the lease, and it stays the same one",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const ttlMs = context.ttl(600);
      const lease = await locks.acquire(context.name(), { ttlMs });
      const token = lease.fencingToken;
      const healMs = nowMs() + ttlMs * 0.6;
      probe.plan = {
        renewed: (outcome) => (nowMs() < healMs ? unknownOutcome() : outcome),
      };
      await pause(1.5 * ttlMs);
      lease.assertValid();
      assert.equal(lease.fencingToken, token);
      assert.equal(probe.asked, 1, "never acquired again");
      assert.equal(await lease.release(), "released");
    },
  },
  {
    id: "renewal-retries-bounded",
    invariants: ["G-03", "G-12"],
    title: "failing renewals are repeated a bounded number of times, and end with the lease",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const ttlMs = context.ttl(400);
      const lease = await locks.acquire(context.name(), { ttlMs });
      probe.plan = { renewed: unknownOutcome };
      await aborts(2 * ttlMs, "the loss", lease.signal);
      const count = probe.count("renew");
      assert.ok(count >= 2 && count <= 40, `${count} renewals in one ttl`);
      await pause(ttlMs / 2);
      assert.ok(probe.count("renew") <= count + 1, "no renewal after the loss");
      assert.equal(probe.asked, 1, "never acquired again");
    },
  },
  {
    id: "renewal-no-hot-loop",
    invariants: ["G-03", "G-12"],
    title: "a short ttl is renewed about three times a ttl and not in a loop",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const ttlMs = context.ttl(600);
      const lease = await locks.acquire(context.name(), { ttlMs });
      await pause(3 * ttlMs);
      const count = probe.count("renew");
      assert.ok(count >= 3 && count <= 20, `${count} renewals in three ttls`);
      assert.equal(await lease.release(), "released");
    },
  },
  {
    id: "renewal-by-hand",
    invariants: ["G-03"],
    title: "lease.renew gives the new validity and joins a renewal in flight",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(5_000) });
      // More than a renewal takes on a busy machine, and less than until the first by itself.
      await pause(1_000);
      const beforeMs = lease.validForMs;
      const [first, second] = await Promise.all([lease.renew(), lease.renew()]);
      assert.equal(first, second);
      assert.ok(first > beforeMs && first <= lease.ttlMs);
      assert.equal(probe.count("renew"), 1);
      await lease.release();
      await rejectsWith("LEASE_LOST", lease.renew());
    },
  },
  {
    id: "renewal-by-hand-unknown",
    invariants: ["G-03"],
    title: "lease.renew without an answer rejects, and the old deadline stands",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(5_000) });
      const untilMs = nowMs() + lease.validForMs;
      probe.plan = { renewed: unknownOutcome };
      const error = await rejectsWith("BACKEND_UNAVAILABLE", lease.renew());
      assert.equal(error.outcome, "unknown");
      lease.assertValid();
      assert.ok(nowMs() + lease.validForMs <= untilMs + 1, "no validity out of nothing");
      probe.plan = {};
      assert.ok((await lease.renew()) > 0);
      assert.equal(await lease.release(), "released");
    },
  },
  {
    id: "renewal-off",
    invariants: ["G-03", "G-02"],
    title: "renew: false is not renewed, and is lost at its deadline",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const ttlMs = context.ttl(200);
      const lease = await locks.acquire(context.name(), { ttlMs, renew: false });
      await aborts(ttlMs + 1_000, "the loss", lease.signal);
      assert.equal(probe.count("renew"), 0);
    },
  },
  {
    id: "renewal-max-hold",
    invariants: ["G-03", "G-12"],
    title: "a lease is not renewed past maxHoldMs, is lost for that reason, and frees the name",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.open()];
      const ttlMs = context.ttl(200);
      const startMs = nowMs();
      const lease = await locks.acquire(context.name(), { ttlMs, maxHoldMs: 2 * ttlMs });
      await aborts(4 * ttlMs + 1_000, "the loss", lease.signal);
      assert.ok(nowMs() - startMs >= 1.5 * ttlMs, "held for about maxHoldMs");
      assert.equal(lease.signal.reason.why, "max-hold");
      await context.becomesFree(other, lease.name, ttlMs + 1_000);
    },
  },
  {
    id: "renewal-in-flight-at-end",
    invariants: ["G-03", "G-09"],
    title: "a renewal in flight when the work ends prolongs nothing and aborts nothing",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const locks = await context.locks({ provider: probe });
      const ttlMs = context.ttl(600);
      const gate = new Gate();
      const lease = await locks.acquire(context.name(), { ttlMs });
      probe.plan = { replied: (call) => (call.operation === "renew" ? gate.passed : undefined) };
      await eventually(ttlMs, "a renewal is in flight", () => probe.count("renew") > 0);
      const releasing = lease.release();
      gate.open();
      assert.equal(await settlesWithin(2_000, "the release", releasing), "released");
      await context.becomesFree(other, lease.name, 500);
      const count = probe.count("renew");
      await pause(ttlMs);
      assert.equal(probe.count("renew"), count, "renewed after the release");
      assert.equal(lease.signal.aborted, false, "told a loss after a release");
    },
  },
  {
    id: "renewal-batched",
    invariants: ["G-12", "G-03"],
    title: "a thousand leases are renewed in at most ten calls a period",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe, unavailableMs: PATIENCE_MS });
      const ttlMs = context.ttl(6_000);
      const leases: Lease[] = [];
      while (leases.length < 1_000) {
        const names = Array.from({ length: 50 }, () => context.name());
        leases.push(...(await Promise.all(names.map((name) => locks.acquire(name, { ttlMs })))));
      }
      const periodMs = Math.max(...leases.map((lease) => lease.ttlMs)) / 3;
      const [startMs, earlier] = [nowMs(), probe.count("renew")];
      const later = (): readonly ProbeCall[] =>
        probe.calls.filter(({ operation }) => operation === "renew").slice(earlier);
      await eventually(3 * periodMs, "each lease is renewed", () => {
        return new Set(later().flatMap(({ names }) => names)).size === leases.length;
      });
      const periods = Math.ceil((nowMs() - startMs) / periodMs);
      const { length: count } = later();
      for (const lease of leases) lease.assertValid();
      assert.ok(count <= 10 * periods, `${count} calls in ${periods} periods`);
      await Promise.all(leases.map((lease) => lease.release()));
    },
  },
];
