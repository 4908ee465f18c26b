import assert from "node:assert/strict";
import { LockError } from "@holdfast/core";
import type { ConformanceCase } from "../conformance-case.ts";
import { fault } from "../probe-provider.ts";
import { rejectsWith } from "../rejects-with.ts";
import { nowMs, settlesWithin } from "../waits.ts";

/** A backend that does not answer, or answers that it never will. */
export const faultCases: readonly ConformanceCase[] = [
  {
    id: "waiting-backend-back",
    invariants: ["G-07", "G-06"],
    title: "transient faults are retried until the backend answers",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe, unavailableMs: 10_000 });
      let failures = 4;
      probe.plan = {
        sending: () => {
          failures -= 1;
          if (failures >= 0) throw fault("not-applied");
        },
      };
      const lease = await settlesWithin(5_000, "the grant", locks.acquire(context.name()));
      assert.ok(probe.asked >= 2);
      await lease.release();
    },
  },
  {
    id: "waiting-unavailable",
    invariants: ["G-07", "G-12"],
    title:
      "a backend that gives no answer at all ends the wait after unavailableMs, with its cause",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe, unavailableMs: 250 });
      const cause = fault("not-applied");
      probe.plan = {
        sending: () => {
          throw cause;
        },
      };
      const startMs = nowMs();
      const waiting = locks.acquire(context.name());
      await rejectsWith("BACKEND_UNAVAILABLE", settlesWithin(2_000, "the end", waiting));
      assert.ok(nowMs() - startMs >= 200, "retried for a while");
      assert.ok(probe.asked >= 2 && probe.asked <= 60, `${probe.asked} attempts`);
      await rejectsWith("BACKEND_UNAVAILABLE", locks.tryAcquire(context.name()));
    },
  },
  {
    id: "waiting-permanent-fault",
    invariants: ["G-07", "G-12"],
    title: "a permanent fault rejects at once, without a second attempt",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      probe.plan = {
        sending: () => {
          throw new LockError("BACKEND_REJECTED", "no permission");
        },
      };
      await rejectsWith("BACKEND_REJECTED", locks.acquire(context.name()));
      assert.equal(probe.asked, 1);
      await rejectsWith("BACKEND_REJECTED", locks.tryAcquire(context.name()));
      assert.equal(probe.asked, 2);
    },
  },
];
