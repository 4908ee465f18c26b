import assert from "node:assert/strict";
import type { ConformanceCase } from "../conformance-case.ts";
import { Gate } from "../gate.ts";
import { capability, needs } from "../needs.ts";
import { fault } from "../probe-provider.ts";
import { nowMs, settlesWithin } from "../waits.ts";

/** Giving a lease back: idempotent, bounded in time, and it never throws. */
export const releaseCases: readonly ConformanceCase[] = [
  {
    id: "release-twice",
    invariants: ["G-10"],
    title: "a second release returns the first one's promise and sends nothing",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name());
      const first = lease.release();
      assert.equal(lease.release(), first);
      assert.equal(await first, "released");
      assert.equal(lease.release(), first);
      await lease[Symbol.asyncDispose]();
      assert.equal(probe.count("release"), 1);
    },
  },
  {
    id: "release-while-disposed",
    invariants: ["G-10"],
    title: "a release and a disposal at the same time release once",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name());
      const [outcome] = await Promise.all([
        lease.release(),
        lease[Symbol.asyncDispose](),
        lease[Symbol.asyncDispose](),
      ]);
      assert.equal(outcome, "released");
      assert.equal(probe.count("release"), 1);
      assert.equal(lease.validForMs, 0);
    },
  },
  {
    id: "release-bounded",
    invariants: ["G-10", "G-12"],
    title: "a release without an answer ends as unknown within releaseTimeoutMs",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe, releaseTimeoutMs: 150 });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(500) });
      const never = new Gate();
      probe.plan = { sending: (call) => (call.operation === "release" ? never.passed : undefined) };
      const startMs = nowMs();
      assert.equal(await settlesWithin(1_000, "the release", lease.release()), "unknown");
      assert.ok(nowMs() - startMs >= 100, "not before its time");
      assert.equal(lease.validForMs, 0);
      probe.plan = {};
    },
  },
  {
    id: "release-made-good",
    invariants: ["G-06", "G-09"],
    title: "a release whose outcome is unknown is made good in the background",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(10_000) });
      probe.plan = { released: () => "unknown", sending: failOnce() };
      await settlesWithin(6_000, "the release", lease.release());
      probe.plan = {};
      await context.becomesFree(other, lease.name, 3_000);
    },
  },
  {
    id: "release-never-throws",
    invariants: ["G-10"],
    title: "a provider that throws, rejects or answers nonsense makes no release or disposal throw",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe, releaseTimeoutMs: 100 });
      const original = probe.release.bind(probe);
      const failures = [
        () => {
          throw new Error("thrown synchronously");
        },
        () => Promise.reject(new Error("rejected")),
        () => Promise.reject(undefined),
      ];
      for (const failing of failures) {
        const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(300) });
        probe.release = failing;
        assert.equal(await settlesWithin(1_000, "the release", lease.release()), "unknown");
        await lease[Symbol.asyncDispose]();
        probe.release = original;
      }
    },
  },
  {
    id: "release-after-abort",
    invariants: ["G-10"],
    title: "a lease is released although the signal of its acquire was aborted meanwhile",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.open()];
      const controller = new AbortController();
      const lease = await locks.acquire(context.name(), { signal: controller.signal });
      controller.abort();
      lease.assertValid();
      assert.equal(lease.signal.aborted, false, "the signal ends the waiting, never the lease");
      assert.equal(await lease.release(), "released");
      await context.becomesFree(other, lease.name, 500);
    },
  },
  {
    id: "release-of-lost",
    invariants: ["G-10", "G-05"],
    title: "the release of a lost lease is quick, and frees nobody else's lock",
    skip: needs(capability("transferable", true)),
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const locks = await context.locks({ provider: probe });
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(5_000) });
      const [holderId] = probe.calls[0]?.holderIds ?? [];
      assert.ok(holderId);
      await context.release(other, { ...context.request(lease.name), holderId });
      const successor = context.request(lease.name);
      await context.grant(other, successor);
      await lease.renew().catch(() => undefined);
      const outcome = await settlesWithin(1_000, "the release", lease.release());
      assert.equal(outcome, "absent");
      await context.refusal(other, context.request(lease.name));
      assert.equal(await context.release(other, successor), "released");
    },
  },
  {
    id: "release-nothing-left",
    invariants: ["G-09"],
    title: "after many cycles, failures and aborts nothing is left on the backend",
    async run(context) {
      const locks = await context.locks();
      const cycle = async (index: number): Promise<void> => {
        const name = context.name();
        const controller = new AbortController();
        const options = { signal: controller.signal, waitMs: 2_000 };
        const lease = await locks.acquire(name);
        const waiting = locks.acquire(name, options).then(
          (next) => next.release(),
          () => "absent",
        );
        if (index % 2 === 0) controller.abort();
        await lease.release();
        await waiting;
      };
      await Promise.all(Array.from({ length: 100 }, (_, index) => cycle(index)));
      await context.finish();
    },
  },
];

/** Loses the first message before it leaves. */
function failOnce(): () => void {
  let failed = false;
  return () => {
    if (failed) return;
    failed = true;
    throw fault("not-applied");
  };
}
