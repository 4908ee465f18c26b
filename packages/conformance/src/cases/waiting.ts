import assert from "node:assert/strict";
import type { LockError } from "@holdfast/core";
import type { ConformanceCase } from "../conformance-case.ts";
import { rejectsWith } from "../rejects-with.ts";
import { eventually, nowMs, pause, settlesWithin } from "../waits.ts";

/** A free name with a waiter is granted within this, by notice or by backoff. */
const WAKE_BOUND_MS = 1_000;

/** Waiting for a holder in another process, and for a backend that does not answer. */
export const waitingCases: readonly ConformanceCase[] = [
  {
    id: "waiting-granted",
    invariants: ["G-07"],
    title: "a waiter is granted soon after another process released",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.locks()];
      const lease = await other.acquire(context.name());
      const waiting = locks.acquire(lease.name, { waitMs: 10_000 });
      await pause(50);
      await lease.release();
      const next = await settlesWithin(WAKE_BOUND_MS, "the grant", waiting);
      assert.equal(await other.tryAcquire(lease.name), undefined);
      await next.release();
    },
  },
  {
    id: "waiting-many-processes",
    invariants: ["G-07"],
    title: "every one of many waiting processes is granted in the end",
    async run(context) {
      const clients = await Promise.all(Array.from({ length: 8 }, () => context.locks()));
      const name = context.name();
      const served: number[] = [];
      const waiting = clients.map((locks, index) =>
        locks.using(name, () => void served.push(index), { waitMs: 10_000 }),
      );
      await settlesWithin(8 * WAKE_BOUND_MS, "all of them", Promise.all(waiting));
      assert.deepEqual(new Set(served), new Set(clients.keys()));
    },
  },
  {
    id: "waiting-times-out",
    invariants: ["G-07", "G-09"],
    title: "acquire rejects when waitMs has passed, and the waiter leaves no trace",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.locks()];
      const third = await context.open();
      const lease = await other.acquire(context.name());
      const startMs = nowMs();
      const waiting = locks.acquire(lease.name, { waitMs: 150 });
      const error = await rejectsWith("WAIT_TIMEOUT", settlesWithin(1_000, "the end", waiting));
      assert.equal(error.lockName, lease.name);
      assert.ok(nowMs() - startMs >= 140, "not before its time");
      await lease.release();
      await context.becomesFree(third, lease.name, WAKE_BOUND_MS);
    },
  },
  {
    id: "waiting-not-at-all",
    invariants: ["G-07"],
    title: "waitMs: 0 makes exactly one attempt",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.locks()];
      const locks = await context.locks({ provider: probe });
      const lease = await other.acquire(context.name());
      const refused = locks.acquire(lease.name, { waitMs: 0 });
      await rejectsWith("WAIT_TIMEOUT", settlesWithin(2_000, "the end", refused));
      assert.equal(probe.asked, 1);
      await lease.release();
      const next = await locks.acquire(lease.name, { waitMs: 0 });
      assert.equal(probe.asked, 2);
      await next.release();
    },
  },
  {
    id: "waiting-try",
    invariants: ["G-07"],
    title: "tryAcquire is undefined while another process holds, and a lease when it is free",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.locks()];
      const locks = await context.locks({ provider: probe });
      const lease = await other.acquire(context.name());
      assert.equal(await locks.tryAcquire(lease.name), undefined);
      assert.equal(probe.asked, 1, "one attempt");
      await lease.release();
      const next = await locks.tryAcquire(lease.name);
      assert.ok(next);
      next.assertValid();
      await next.release();
    },
  },
  {
    id: "waiting-for-expiry",
    invariants: ["G-08", "G-07"],
    title: "a waiter succeeds a holder that vanished, soon after its lock ended",
    skip: ({ capabilities }) =>
      capabilities.endsBy === "ttl" ? undefined : `declares endsBy: ${capabilities.endsBy}`,
    async run(context) {
      const [locks, vanished] = [await context.locks(), await context.open()];
      const request = context.request(context.name(), { ttlMs: 400 });
      const grant = await context.grant(vanished, request);
      const lease = await locks.acquire(request.name, { waitMs: 10_000 });
      const lateMs = nowMs() - (grant.sentAtMs + grant.validMs);
      assert.ok(lateMs <= WAKE_BOUND_MS, `granted ${lateMs} ms after the ttl`);
      await lease.release();
    },
  },
  {
    id: "waiting-bounded-attempts",
    invariants: ["G-07", "G-12"],
    title: "waiting for a holder asks the backend seldom, however many wait",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.locks()];
      const locks = await context.locks({ provider: probe, backoffMsMin: 20, backoffMsMax: 100 });
      let [inFlight, most] = [0, 0];
      probe.plan = {
        sending: ({ operation }) => {
          if (operation !== "tryAcquire" && operation !== "enqueue") return;
          inFlight += 1;
          most = Math.max(most, inFlight);
        },
        replied: ({ operation }) => {
          if (operation === "tryAcquire" || operation === "enqueue") inFlight -= 1;
        },
      };
      const lease = await other.acquire(context.name());
      const waiting = Array.from({ length: 1_000 }, () =>
        locks.acquire(lease.name, { waitMs: 500 }).catch((reason: unknown) => reason),
      );
      await Promise.all(waiting);
      assert.ok(probe.asked <= 40, `${probe.asked} attempts in half a second for 1,000 waiters`);
      assert.ok(most <= 1, "one contender per process");
      const isQueued = probe.capabilities.waiting === "queue";
      assert.ok(!isQueued || probe.count("enqueue") <= 1, "one place per process");
      await lease.release();
    },
  },
  {
    id: "waiting-names-apart",
    invariants: ["G-07"],
    title: "waiters of one name do not delay another name",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.locks()];
      const lease = await other.acquire(context.name());
      const waiting = Array.from({ length: 50 }, () =>
        locks.acquire(lease.name, { waitMs: 5_000 }).then((next) => next.release()),
      );
      const free = await settlesWithin(
        WAKE_BOUND_MS,
        "another name",
        locks.acquire(context.name()),
      );
      await free.release();
      await lease.release();
      await Promise.all(waiting);
    },
  },
  {
    id: "waiting-with-notice",
    invariants: ["G-07"],
    title: "where the backend can notify, a waiter wakes by notice and not by polling",
    skip: ({ capabilities }) =>
      capabilities.waiting === "poll" ? "declares waiting: poll" : undefined,
    async run(context) {
      const [probe, other] = [await context.probe(), await context.locks()];
      const backoff = { backoffMsMin: 20_000, backoffMsMax: 20_000 };
      const locks = await context.locks({ provider: probe, ...backoff });
      for (let round = 0; round < 5; round += 1) {
        const lease = await other.acquire(context.name());
        const asked = probe.asked;
        const waiting = locks.acquire(lease.name, { waitMs: 10_000 });
        await eventually(WAKE_BOUND_MS, "the waiter asked", () => probe.asked > asked);
        await pause(20);
        await lease.release();
        const next = await settlesWithin(WAKE_BOUND_MS, "the grant by notice", waiting);
        await next.release();
      }
    },
  },
  {
    id: "waiting-timeout-race",
    invariants: ["G-06", "G-07", "G-09"],
    title: "a wait that ends while the lock is being released wins it or leaves it, never both",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.locks()];
      const third = await context.open();
      const race = async (waitMs: number): Promise<void> => {
        const lease = await other.acquire(context.name());
        const waiting = locks.acquire(lease.name, { waitMs }).then(
          (next) => next.release(),
          (error: unknown) => assert.equal((error as LockError).code, "WAIT_TIMEOUT"),
        );
        await pause(20);
        await lease.release();
        await waiting;
        await context.becomesFree(third, lease.name, WAKE_BOUND_MS);
      };
      for (let waitMs = 10; waitMs <= 30; waitMs += 4) {
        await Promise.all([0, 1, 2, 3].map((offset) => race(waitMs + offset)));
      }
    },
  },
];
