import assert from "node:assert/strict";
import type { Ticket } from "@holdfast/core";
import type { ConformanceCase } from "../conformance-case.ts";
import { capability, expiry, needs } from "../needs.ts";
import { rejectsWith } from "../rejects-with.ts";
import { pause } from "../waits.ts";

const transferable = capability("transferable", true);

/** Hand-over of a lease by ticket: one holder at a time, one lease, rising tokens. */
export const handOverCases: readonly ConformanceCase[] = [
  {
    id: "hand-over-adopted",
    invariants: ["G-01", "G-03", "G-04"],
    title: "a detached lease is adopted elsewhere and lives on there",
    skip: needs(transferable),
    async run(context) {
      const [locks, heir, other] = [
        await context.locks(),
        await context.locks(),
        await context.open(),
      ];
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(400) });
      const ticket = JSON.parse(JSON.stringify(lease.detach())) as Ticket;
      assert.throws(() => lease.assertValid(), "the old handle is terminal");
      assert.equal(lease.signal.aborted, false, "detaching is no loss");
      assert.equal(await lease.release(), "absent");
      await context.refusal(other, context.request(lease.name));
      const adopted = await heir.adopt(ticket);
      assert.equal(adopted.name, lease.name);
      if (lease.fencingToken !== undefined) {
        assert.ok((adopted.fencingToken ?? 0n) > lease.fencingToken, "a larger token");
      }
      await pause(2 * adopted.ttlMs);
      adopted.assertValid();
      await context.refusal(other, context.request(lease.name));
      assert.equal(await adopted.release(), "released");
      await context.becomesFree(other, lease.name, 500);
    },
  },
  {
    id: "hand-over-too-late",
    invariants: ["G-03", "G-05"],
    title: "a ticket whose lock has ended is LEASE_LOST and re-creates nothing",
    skip: needs(transferable, expiry),
    async run(context) {
      const [locks, heir, other] = [
        await context.locks(),
        await context.locks(),
        await context.open(),
      ];
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(150) });
      const ticket = lease.detach();
      await context.becomesFree(other, lease.name, lease.ttlMs + 1_000);
      await rejectsWith("LEASE_LOST", heir.adopt(ticket));
      await context.becomesFree(other, lease.name, 500);
    },
  },
  {
    id: "hand-over-after-loss",
    invariants: ["G-02", "G-03"],
    title: "a lease that is over cannot be detached",
    skip: needs(transferable),
    async run(context) {
      const locks = await context.locks();
      const lease = await locks.acquire(context.name());
      await lease.release();
      assert.throws(() => lease.detach(), { code: "LEASE_LOST" });
    },
  },
  {
    id: "hand-over-bad-ticket",
    invariants: ["G-12"],
    title: "anything but a ticket is a caller's error",
    skip: needs(transferable),
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      for (const bad of [undefined, null, "ticket", {}, { version: 2 }, { version: 1, name: "" }]) {
        const adopting = Promise.resolve().then(() => locks.adopt(bad as unknown as Ticket));
        await assert.rejects(
          adopting,
          (error) => error instanceof TypeError || error instanceof RangeError,
        );
      }
      assert.equal(probe.calls.length, 0);
    },
  },
  {
    id: "hand-over-unsupported",
    invariants: ["G-12"],
    title: "where grants cannot travel, detach says UNSUPPORTED and the lease goes on",
    skip: ({ capabilities }) =>
      capabilities.transferable ? "declares transferable: true" : undefined,
    async run(context) {
      const locks = await context.locks();
      const lease = await locks.acquire(context.name());
      assert.throws(() => lease.detach(), { code: "UNSUPPORTED" });
      lease.assertValid();
      assert.equal(await lease.release(), "released");
    },
  },
];
