import assert from "node:assert/strict";
import type { ConformanceCase } from "../conformance-case.ts";
import { Gate } from "../gate.ts";
import { harnessFault, needs } from "../needs.ts";
import { fault, type ProbeCall } from "../probe-provider.ts";
import { rejectsWith } from "../rejects-with.ts";
import { eventually, nowMs, pause, settlesWithin } from "../waits.ts";

/** Long enough that only compensation, never expiry, can free a lock within a case. */
const LONG_TTL_MS = 30_000;
const COMPENSATION_BOUND_MS = 3_000;

const isAsking = ({ operation }: ProbeCall): boolean =>
  operation === "tryAcquire" || operation === "enqueue";

/** Loses the reply to the first `count` requests for a lock, after they took effect. */
function losingReplies(count: number): { replied: (call: ProbeCall) => void } {
  let left = count;
  return {
    replied: (call) => {
      if (!isAsking(call) || left === 0) return;
      left -= 1;
      throw fault("unknown");
    },
  };
}

/** Unknown is not failed: what may have taken effect is made good. */
export const unknownOutcomeCases: readonly ConformanceCase[] = [
  {
    id: "unknown-own-residue",
    invariants: ["G-06"],
    title: "a grant whose reply was lost does not block its own process until the ttl",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      probe.plan = losingReplies(2);
      const waiting = locks.acquire(context.name(), { ttlMs: context.ttl(LONG_TTL_MS) });
      const lease = await settlesWithin(COMPENSATION_BOUND_MS, "the grant", waiting);
      const asked = probe.calls.filter(isAsking).flatMap(({ holderIds }) => holderIds);
      assert.equal(new Set(asked).size, asked.length, "a new holderId for every attempt");
      const inDoubt = probe.calls.filter((call) => call.inDoubt).flatMap((call) => call.holderIds);
      assert.ok(asked.slice(0, 2).every((holderId) => inDoubt.includes(holderId)));
      lease.assertValid();
      assert.equal(await lease.release(), "released");
    },
  },
  {
    id: "unknown-try",
    invariants: ["G-06"],
    title: "tryAcquire whose reply was lost rejects as unknown, and the lock is given back",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const locks = await context.locks({ provider: probe, ttlMs: context.ttl(LONG_TTL_MS) });
      probe.plan = losingReplies(1);
      const name = context.name();
      const error = await rejectsWith("BACKEND_UNAVAILABLE", locks.tryAcquire(name));
      assert.equal(error.outcome, "unknown");
      await context.becomesFree(other, name, COMPENSATION_BOUND_MS);
    },
  },
  {
    id: "unknown-timed-out",
    invariants: ["G-06", "G-09"],
    title: "a wait that ends while its request is unanswered says so, and leaves nothing held",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const locks = await context.locks({ provider: probe, ttlMs: context.ttl(LONG_TTL_MS) });
      const never = new Gate();
      probe.plan = { replied: (call) => (isAsking(call) ? never.passed : undefined) };
      const name = context.name();
      const error = await rejectsWith("WAIT_TIMEOUT", locks.acquire(name, { waitMs: 100 }));
      assert.equal(error.outcome, "unknown");
      await context.becomesFree(other, name, COMPENSATION_BOUND_MS);
    },
  },
  {
    id: "unknown-late-request",
    invariants: ["G-06"],
    title: "a request that arrives after its caller gave up makes no ghost holder",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const locks = await context.locks({ provider: probe, ttlMs: context.ttl(LONG_TTL_MS) });
      const late = new Gate();
      probe.plan = { sending: (call) => (isAsking(call) ? late.passed : undefined) };
      const name = context.name();
      await rejectsWith("WAIT_TIMEOUT", locks.acquire(name, { waitMs: 100 }));
      const isReleased = (): boolean => probe.calls.some((call) => call.inDoubt);
      await eventually(COMPENSATION_BOUND_MS, "an in-doubt release", isReleased);
      await context.becomesFree(other, name, COMPENSATION_BOUND_MS);
      const answeredCount = probe.answeredCount;
      late.open();
      const hasArrived = (): boolean => probe.answeredCount > answeredCount;
      await eventually(COMPENSATION_BOUND_MS, "the late request arrives", hasArrived);
      await context.becomesFree(other, name, COMPENSATION_BOUND_MS);
    },
  },
  {
    id: "unknown-grant-too-late",
    invariants: ["G-06", "G-01"],
    title: "a grant that arrives when its ttl is over is not given to anybody",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const ttlMs = context.ttl(100);
      let isLate = true;
      probe.plan = {
        replied: (call) => (isLate && isAsking(call) ? pause(1.2 * ttlMs) : undefined),
      };
      const name = context.name();
      const error = await rejectsWith("BACKEND_UNAVAILABLE", locks.tryAcquire(name, { ttlMs }));
      assert.equal(error.outcome, "unknown");
      isLate = false;
      const lease = await locks.acquire(name, { ttlMs, waitMs: COMPENSATION_BOUND_MS });
      lease.assertValid();
      assert.equal(await lease.release(), "released");
    },
  },
  {
    id: "unknown-compensation-repeated",
    invariants: ["G-06"],
    title: "compensation is repeated until the backend answers",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const locks = await context.locks({ provider: probe, ttlMs: context.ttl(LONG_TTL_MS) });
      let failures = 3;
      probe.plan = {
        ...losingReplies(1),
        sending: ({ operation }) => {
          if (operation !== "release" || failures === 0) return;
          failures -= 1;
          throw fault("unknown");
        },
      };
      const name = context.name();
      await rejectsWith("BACKEND_UNAVAILABLE", locks.tryAcquire(name));
      await context.becomesFree(other, name, 2 * COMPENSATION_BOUND_MS);
      assert.equal(failures, 0);
    },
  },
  {
    id: "unknown-drained-by-close",
    invariants: ["G-06", "G-09"],
    title: "close waits for compensation, and names what stays in doubt",
    async run(context) {
      const other = await context.open();
      const ttlMs = context.ttl(LONG_TTL_MS);
      for (const isAnswered of [true, false]) {
        const probe = await context.probe();
        const locks = await context.locks({ provider: probe, ttlMs });
        const gate = new Gate();
        probe.plan = { replied: () => gate.passed };
        const name = context.name();
        await rejectsWith("WAIT_TIMEOUT", locks.acquire(name, { waitMs: 50 }));
        const closing = locks.close({ timeoutMs: 300 });
        if (isAnswered) gate.open();
        const { inDoubt } = await settlesWithin(2_000, "close", closing);
        assert.deepEqual(inDoubt, isAnswered ? [] : [name]);
        await context.becomesFree(other, name, COMPENSATION_BOUND_MS);
      }
    },
  },
  {
    id: "unknown-lost-replies",
    invariants: ["G-06", "G-09"],
    title: "when the network loses replies, no lock stays held once it is back",
    skip: needs(harnessFault("loseReplies"), harnessFault("heal")),
    async run(context) {
      const other = await context.open();
      const locks = await context.locks({ ttlMs: context.ttl(LONG_TTL_MS), unavailableMs: 300 });
      await (await locks.acquire(context.name())).release();
      context.defer(async () => context.harness.faults?.heal?.());
      await context.harness.faults?.loseReplies?.();
      const name = context.name();
      const failed = locks.acquire(name, { waitMs: 400 }).catch((reason: unknown) => reason);
      await settlesWithin(10_000, "the failed acquire", failed);
      await context.harness.faults?.heal?.();
      await context.becomesFree(other, name, 10_000);
    },
  },
  {
    id: "unknown-hung-backend",
    invariants: ["G-06", "G-12"],
    title: "a backend that hangs holds no acquire longer than its wait, and keeps no ghost after",
    skip: needs(harnessFault("hang"), harnessFault("resume")),
    async run(context) {
      const [locks, other] = [
        await context.locks({ ttlMs: context.ttl(LONG_TTL_MS) }),
        await context.open(),
      ];
      await (await locks.acquire(context.name())).release();
      context.defer(async () => context.harness.faults?.resume?.());
      await context.harness.faults?.hang?.();
      const name = context.name();
      const startMs = nowMs();
      const waiting = locks.acquire(name, { waitMs: 300 });
      await rejectsWith("WAIT_TIMEOUT", settlesWithin(2_000, "the wait", waiting));
      assert.ok(nowMs() - startMs <= 1_000);
      await context.harness.faults?.resume?.();
      await context.becomesFree(other, name, 10_000);
    },
  },
  {
    id: "unknown-connections-killed",
    invariants: ["G-06", "G-03", "G-07"],
    title: "killed connections cost no lease its life, and acquires go on afterwards",
    skip: needs(harnessFault("killConnections"), ({ capabilities }) =>
      capabilities.endsBy === "ttl" ? undefined : `declares endsBy: ${capabilities.endsBy}`,
    ),
    async run(context) {
      const locks = await context.locks({ ttlMs: context.ttl(3_000) });
      const held = await locks.acquire(context.name());
      for (let round = 0; round < 3; round += 1) {
        const waiting = locks.acquire(context.name(), { waitMs: 10_000 });
        await context.harness.faults?.killConnections?.();
        const lease = await settlesWithin(10_000, "the grant", waiting);
        assert.notEqual(await lease.release(), "absent");
      }
      await eventually(2_500, "a renewal", () =>
        held.renew().then(
          () => true,
          () => false,
        ),
      );
      held.assertValid();
      assert.equal(await held.release(), "released");
    },
  },
];
