import assert from "node:assert/strict";
import type { Lease } from "@holdfast/core";
import type { ConformanceCase } from "../conformance-case.ts";
import { capability, harnessFault, member, needs, processes } from "../needs.ts";
import type { ProbeProvider } from "../probe-provider.ts";
import { LockProcess } from "../processes/child-process.ts";
import { eventually, nowMs, pause, settlesWithin } from "../waits.ts";

const queued = capability("waiting", "queue");

/** Generous for machines that are busy with tests. */
const WAKE_BOUND_MS = 2_000;
/** The first call of a process loads its driver and connects. */
const JOIN_BOUND_MS = 10_000;
/** A grant of which nobody was told is found by then. */
const UNTOLD_BOUND_MS = 3_000;
const WAIT_MS = 20_000;

/** The queue that the backend itself keeps of those who wait. */
export const backendQueueCases: readonly ConformanceCase[] = [
  {
    id: "waiting-one-wake-up",
    invariants: ["G-07", "G-12"],
    title: "a release wakes the first waiter alone, and the others do not ask again",
    skip: queued,
    async run(context) {
      const holder = await context.locks();
      const lease = await holder.acquire(context.name());
      const probes: ProbeProvider[] = [];
      const grants: Promise<Lease>[] = [];
      for (let index = 0; index < 4; index += 1) {
        const probe = await context.probe();
        const locks = await context.locks({ provider: probe, localHandoffMax: 0 });
        const granted = locks.acquire(lease.name, { waitMs: WAIT_MS });
        granted.catch(() => undefined);
        probes.push(probe);
        grants.push(granted);
        await eventually(JOIN_BOUND_MS, "it waits", () => probe.count("enqueue") === 1);
        await pause(50);
      }
      const seen = (): readonly number[] =>
        probes.slice(1).flatMap(({ asked, answeredCount }) => [asked, answeredCount]);
      const before = seen();
      await lease.release();
      const [first, ...others] = grants as [Promise<Lease>, ...Promise<Lease>[]];
      const next = await settlesWithin(WAKE_BOUND_MS, "the first", first);
      await pause(50);
      assert.deepEqual(seen(), before, "another was answered, or asked again");
      await next.release();
      for (const granted of others) await (await granted).release();
    },
  },
  {
    id: "waiting-places-given-up",
    invariants: ["G-06", "G-07", "G-09"],
    title: "who aborts, runs out of time or closes keeps no place",
    skip: needs(queued, member("inspect")),
    async run(context) {
      const [holder, provider] = [await context.locks(), await context.open()];
      const lease = await holder.acquire(context.name());
      const waiters = async (): Promise<number | undefined> =>
        (await provider.inspect?.(lease.name))?.waiters;
      const controller = new AbortController();
      const closing = await context.locks();
      const ends = [
        (await context.locks()).acquire(lease.name, { signal: controller.signal }),
        (await context.locks()).acquire(lease.name, { waitMs: 1_000 }),
        closing.acquire(lease.name),
      ].map((acquire) => acquire.catch((error: { code: string }) => error.code));
      await eventually(WAKE_BOUND_MS, "all wait", async () => (await waiters()) === 3);
      controller.abort();
      await closing.close();
      assert.deepEqual(await Promise.all(ends), ["ABORTED", "WAIT_TIMEOUT", "PROVIDER_CLOSED"]);
      await eventually(WAKE_BOUND_MS, "nobody waits", async () => (await waiters()) === 0);
      assert.equal(await lease.release(), "released");
      await context.becomesFree(provider, lease.name, WAKE_BOUND_MS);
    },
  },
  {
    id: "waiting-untold",
    invariants: ["G-07"],
    title: "though every notice is lost, each waiter is granted within its bound",
    skip: needs(queued, harnessFault("loseNotices"), harnessFault("tellNotices")),
    async run(context) {
      const { faults } = context.harness;
      context.defer(async () => faults?.tellNotices?.());
      const [one, other] = [await context.locks(), await context.locks()];
      const name = context.name();
      await (await other.acquire(name)).release();
      await faults?.loseNotices?.();
      for (let round = 0; round < 3; round += 1) {
        const lease = await one.acquire(name, { waitMs: WAIT_MS });
        const waiting = other.acquire(name, { waitMs: WAIT_MS });
        await pause(100);
        await lease.release();
        const next = await settlesWithin(UNTOLD_BOUND_MS, "the untold grant", waiting);
        next.assertValid();
        await next.release();
      }
    },
  },
  {
    id: "process-fair",
    invariants: ["G-07"],
    title: "where the provider declares it, processes are served in the order they came",
    skip: needs(processes, queued, capability("fair", true), member("inspect")),
    async run(context) {
      const { witness } = context.history;
      const [holder, provider] = [await context.locks(), await context.open()];
      const [name, ttlMs] = [context.name(), context.ttl(10_000)];
      const lease = await witness.acquire(holder, name, { ttlMs });
      const workers = await Promise.all([0, 1, 2].map(() => LockProcess.start(context)));
      const served: number[] = [];
      const ends: Promise<unknown>[] = [];
      for (const [index, worker] of workers.entries()) {
        const command = { do: "acquire", name, ttlMs, waitMs: WAIT_MS } as const;
        ends.push(
          worker.ask(command).then(async () => {
            served.push(index);
            await worker.ask({ do: "release" });
          }),
        );
        await eventually(JOIN_BOUND_MS, "it waits", async () => {
          return (await provider.inspect?.(name))?.waiters === index + 1;
        });
      }
      await witness.release(lease);
      const releasedMs = nowMs();
      await Promise.all(ends);
      assert.deepEqual(served, [0, 1, 2]);
      assert.ok(nowMs() - releasedMs <= 3 * WAKE_BOUND_MS, "three hand-offs took too long");
    },
  },
];
