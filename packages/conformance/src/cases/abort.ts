import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import type { LockProvider, Locks } from "@holdfast/core";
import type { CaseContext } from "../case-context.ts";
import type { ConformanceCase } from "../conformance-case.ts";
import { Gate } from "../gate.ts";
import { rejectsWith } from "../rejects-with.ts";
import { eventually, nextTurn, nowMs, pause, settlesWithin, stall } from "../waits.ts";

/** More steps than an acquire takes; the walk ends at the first that comes after its end. */
const STEP_COUNT_MAX = 60;

/** What the walk over all steps needs; `holder` stands in the way at first when it is given. */
interface Walk {
  readonly locks: Locks;
  readonly other: LockProvider;
  readonly holder?: LockProvider;
}

/** One acquire, aborted when `arm` says so. Returns how it ended, once the name is free again. */
async function abortedAcquire(
  context: CaseContext,
  walk: Walk,
  arm: (controller: AbortController) => void,
): Promise<"granted" | "aborted"> {
  const { locks, other, holder } = walk;
  const held = context.request(context.name());
  if (holder !== undefined) await context.grant(holder, held);
  const controller = new AbortController();
  arm(controller);
  const waiting = locks.acquire(held.name, { signal: controller.signal, waitMs: 10_000 });
  const ended = waiting.then(
    (lease) => lease.release().then(() => "granted" as const),
    () => rejectsWith("ABORTED", waiting).then(() => "aborted" as const),
  );
  if (holder !== undefined) {
    await nextTurn();
    await context.release(holder, held);
  }
  const end = await settlesWithin(3_000, "the aborted acquire", ended);
  await context.becomesFree(other, held.name, 2_000);
  return end;
}

/** The signal of an acquire: noticed at once, wherever it strikes, and nothing is left. */
export const abortCases: readonly ConformanceCase[] = [
  {
    id: "abort-before",
    invariants: ["G-06", "G-09"],
    title: "an aborted signal sends nothing and rejects with its reason",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const reason = new Error("gone");
      const signal = AbortSignal.abort(reason);
      const name = context.name();
      for (const attempt of [
        () => locks.acquire(name, { signal }),
        () => locks.acquire(name, { signal, waitMs: 0 }),
        () => locks.tryAcquire(name, { signal }),
        () => locks.using(name, () => assert.fail("the work ran"), { signal }),
      ]) {
        const error = await rejectsWith("ABORTED", attempt());
        assert.equal(error.cause, reason);
        assert.equal(error.outcome, "not-applied");
      }
      assert.equal(probe.calls.length, 0);
    },
  },
  {
    id: "abort-while-waiting",
    invariants: ["G-06", "G-07"],
    title: "an abort during the pause between attempts is noticed at once",
    async run(context) {
      const [locks, other] = [
        await context.locks({ backoffMsMin: 5_000, backoffMsMax: 5_000 }),
        await context.locks(),
      ];
      const lease = await other.acquire(context.name());
      const controller = new AbortController();
      const waiting = locks.acquire(lease.name, { signal: controller.signal });
      await pause(100);
      const startMs = nowMs();
      controller.abort(new Error("enough"));
      await rejectsWith("ABORTED", settlesWithin(1_000, "the abort", waiting));
      assert.ok(nowMs() - startMs < 200, "at once");
      await lease.release();
    },
  },
  {
    id: "abort-in-flight",
    invariants: ["G-06", "G-09"],
    title: "an abort while the reply is on its way rejects at once, and the grant is given back",
    async run(context) {
      const [probe, other] = [await context.probe(), await context.open()];
      const locks = await context.locks({ provider: probe });
      const gate = new Gate();
      probe.plan = {
        replied: ({ operation }) => (operation === "release" ? undefined : gate.passed),
      };
      const controller = new AbortController();
      const name = context.name();
      const waiting = locks.acquire(name, { signal: controller.signal });
      await eventually(500, "the request left", () => probe.asked > 0);
      controller.abort();
      await rejectsWith("ABORTED", settlesWithin(500, "the abort", waiting));
      gate.open();
      await context.becomesFree(other, name, 2_000);
    },
  },
  {
    id: "abort-at-every-message",
    invariants: ["G-06", "G-09"],
    title: "an abort at any message between core and the backend leaves nothing held",
    async run(context) {
      const [tapped, other] = [await context.probe(), await context.open()];
      const walk = { locks: await context.locks({ provider: tapped }), other, holder: other };
      for (let step = 1, end = ""; end !== "granted"; step += 1) {
        assert.ok(step <= STEP_COUNT_MAX, "an acquire of endless steps");
        end = await abortedAcquire(context, walk, (controller) => {
          let count = 0;
          const take = (): void => {
            count += 1;
            if (count === step) controller.abort();
          };
          tapped.plan = { sending: take, replied: take };
        });
        tapped.plan = {};
      }
    },
  },
  {
    id: "abort-at-every-turn",
    invariants: ["G-06", "G-09"],
    title: "an abort at any turn of the job queue leaves nothing held",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.open()];
      for (const walk of [
        { locks, other },
        { locks, other, holder: other },
      ]) {
        for (let step = 0; step < STEP_COUNT_MAX; step += 1) {
          await abortedAcquire(context, walk, (controller) => {
            const abortLater = async (): Promise<void> => {
              for (let turn = 0; turn < step; turn += 1) await Promise.resolve();
              controller.abort();
            };
            void abortLater();
          });
        }
      }
    },
  },
  {
    id: "abort-storm",
    invariants: ["G-06", "G-09", "G-07"],
    title: "hundreds of aborted waiters leave the name to the one that stays",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.locks()];
      const lease = await other.acquire(context.name());
      const controllers = Array.from({ length: 300 }, () => new AbortController());
      const aborted = controllers.map(({ signal }) =>
        rejectsWith("ABORTED", locks.acquire(lease.name, { signal })),
      );
      const staying = locks.acquire(lease.name, { waitMs: 10_000 });
      await pause(10);
      for (const controller of controllers) controller.abort();
      await Promise.all(aborted);
      await lease.release();
      const next = await settlesWithin(2_000, "the one that stayed", staying);
      assert.equal(await next.release(), "released");
    },
  },
  {
    id: "abort-not-the-lease",
    invariants: ["G-06", "G-03"],
    title: "an abort after the grant ends neither the lease nor its renewal",
    async run(context) {
      const locks = await context.locks();
      const controller = new AbortController();
      const ttlMs = context.ttl(600);
      const options = { signal: controller.signal, ttlMs };
      const lease = await locks.acquire(context.name(), options);
      controller.abort();
      await pause(1.5 * ttlMs);
      lease.assertValid();
      assert.equal(await lease.release(), "released");
    },
  },
  {
    id: "abort-wins",
    invariants: ["G-06", "G-07"],
    title: "an abort wins over a wait whose time is up but was not told yet",
    async run(context) {
      const [locks, other] = [await context.locks(), await context.locks()];
      const lease = await other.acquire(context.name());
      const controller = new AbortController();
      const { signal } = controller;
      const waiting = rejectsWith("ABORTED", locks.acquire(lease.name, { signal, waitMs: 60 }));
      await nextTurn();
      stall(100);
      controller.abort();
      await waiting;
      await lease.release();
    },
  },
  {
    id: "abort-no-listeners",
    invariants: ["G-09"],
    title: "a settled acquire keeps no listener on its signal",
    async run(context) {
      const locks = await context.locks();
      const { signal } = new AbortController();
      const name = context.name();
      const lease = await locks.acquire(name, { signal });
      await rejectsWith("WAIT_TIMEOUT", locks.acquire(name, { signal, waitMs: 20 }));
      assert.equal(await locks.tryAcquire(name, { signal }), undefined);
      const waiting = locks.acquire(name, { signal, waitMs: 5_000 });
      await lease.release();
      await (await waiting).release();
      await locks.using(name, () => undefined, { signal });
      assert.equal(getEventListeners(signal, "abort").length, 0);
    },
  },
];
