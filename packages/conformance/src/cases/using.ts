import assert from "node:assert/strict";
import type { ConformanceCase } from "../conformance-case.ts";
import { fault } from "../probe-provider.ts";
import { rejectsWith } from "../rejects-with.ts";
import { aborts } from "../waits.ts";

class WorkError extends Error {}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.fail("expected a rejection"),
    (reason: unknown) => reason,
  );
}

/** The callback form: the work's own result comes through, whatever happens to the lock. */
export const usingCases: readonly ConformanceCase[] = [
  {
    id: "using-results",
    invariants: ["G-10"],
    title: "using passes values and promises through, holds the lock meanwhile, frees it after",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.open()];
      const name = context.name();
      assert.equal(await locks.using(name, () => 7), 7);
      const result = await locks.using(name, async (lease) => {
        lease.assertValid();
        assert.equal(lease.name, name);
        await context.refusal(other, context.request(name));
        return "done";
      });
      assert.equal(result, "done");
      await context.becomesFree(other, name, 500);
    },
  },
  {
    id: "using-errors",
    invariants: ["G-10"],
    title: "using rejects with the work's own error, thrown or rejected, and frees the lock",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.open()];
      const name = context.name();
      const error = new WorkError("work");
      const thrown = locks.using(name, () => {
        throw error;
      });
      assert.equal(await rejection(thrown), error);
      assert.equal(await rejection(locks.using(name, () => Promise.reject(error))), error);
      assert.equal(await rejection(locks.using(name, () => Promise.reject(undefined))), undefined);
      await context.becomesFree(other, name, 500);
    },
  },
  {
    id: "using-failing-release",
    invariants: ["G-10"],
    title: "a failing release hides neither the work's value nor its error",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe, releaseTimeoutMs: 100 });
      const ttlMs = context.ttl(300);
      const failing = (call: { readonly operation: string }): void => {
        if (call.operation === "release") throw fault("unknown");
      };
      const error = new WorkError("work");
      for (const plan of [
        { sending: failing },
        { replied: failing },
        { released: () => "unknown" as const },
      ]) {
        probe.plan = plan;
        assert.equal(await locks.using(context.name(), () => 1, { ttlMs }), 1);
        const failed = locks.using(context.name(), () => Promise.reject(error), { ttlMs });
        assert.equal(await rejection(failed), error);
      }
      probe.plan = {};
    },
  },
  {
    id: "using-lost-before-end",
    invariants: ["G-10", "G-02"],
    title: "using rejects with the loss when it was known before the work ended, with its value",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const name = context.name();
      const work = locks.using(name, async (lease) => {
        await probe.lose("session ended");
        await aborts(500, "the loss", lease.signal);
        return "value";
      });
      const error = await rejectsWith("LEASE_LOST", work);
      assert.equal(error.result, "value");
      assert.equal(error.lockName, name);
      const own = new WorkError("work");
      const failing = locks.using(context.name(), async () => {
        await probe.lose("session ended");
        throw own;
      });
      assert.equal(await rejection(failing), own, "the work's own error comes first");
    },
  },
  {
    id: "using-lost-at-release",
    invariants: ["G-10"],
    title: "a loss that only the release sees leaves the work's value standing",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      probe.plan = { released: () => "absent" };
      assert.equal(await locks.using(context.name(), () => "value"), "value");
    },
  },
  {
    id: "using-expired-quickly",
    invariants: ["G-10", "G-02"],
    title: "work that ends after its lease expired is told so without retries of the release",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const ttlMs = context.ttl(100);
      const own = new WorkError("work");
      const failing = locks.using(
        context.name(),
        async (lease) => {
          await aborts(2 * ttlMs + 200, "the loss", lease.signal);
          throw own;
        },
        { ttlMs, renew: false },
      );
      assert.equal(await rejection(failing), own);
      assert.ok(probe.count("release") <= 2, `${probe.count("release")} releases`);
    },
  },
  {
    id: "using-scope",
    invariants: ["G-10", "G-09"],
    title: "a scope with await using frees the lock at its end, after an error too",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.open()];
      const name = context.name();
      const error = new WorkError("work");
      const scope = async (): Promise<void> => {
        await using lease = await locks.acquire(name);
        lease.assertValid();
        throw error;
      };
      assert.equal(await rejection(scope()), error);
      await context.becomesFree(other, name, 500);
    },
  },
];
