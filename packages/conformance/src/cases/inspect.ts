import assert from "node:assert/strict";
import type { LockProvider, LockState } from "@holdfast/core";
import type { ConformanceCase } from "../conformance-case.ts";
import { expiry, fencing, harnessFault, member, needs } from "../needs.ts";
import { rejectsWith } from "../rejects-with.ts";
import { aborts, settlesWithin } from "../waits.ts";

async function inspected(provider: LockProvider, name: string): Promise<LockState> {
  const state = await provider.inspect?.(name);
  assert.ok(state, "inspect answers");
  assert.equal(state.name, name);
  return state;
}

/** What an operator sees of a lock, and how he breaks it. */
export const inspectCases: readonly ConformanceCase[] = [
  {
    id: "inspect-states",
    invariants: ["G-05", "G-04"],
    title: "inspect tells who holds a lock and for how long, and never the proof of holding",
    skip: needs(member("inspect")),
    async run(context) {
      const [provider, other] = [await context.open(), await context.open()];
      const name = context.name();
      assert.equal((await inspected(provider, name)).held, false);
      const description = 'host:7 "job" 50% {x}: é';
      const request = context.request(name, { description, ttlMs: 5_000 });
      const { fencingToken, ttlMs } = await context.grant(provider, request);
      for (const client of [provider, other]) {
        const state = await inspected(client, name);
        assert.equal(state.held, true);
        assert.equal(state.fencingToken, fencingToken);
        assert.equal(state.description, description);
        if (state.remainingMs !== undefined) {
          assert.ok(state.remainingMs > 0 && state.remainingMs <= ttlMs);
        }
        const shown = Object.values(state).map(String).join(" ");
        assert.ok(!shown.includes(request.holderId), "shows the proof of holding");
      }
      await context.release(provider, request);
      assert.equal((await inspected(other, name)).held, false);
    },
  },
  {
    id: "inspect-expired",
    invariants: ["G-08"],
    title: "inspect shows an expired lock as free",
    skip: needs(member("inspect"), expiry),
    async run(context) {
      const provider = await context.open();
      const request = context.request(context.name(), { ttlMs: 100 });
      await context.grant(provider, request);
      await context.becomesFree(provider, request.name, request.ttlMs + 1_000);
      assert.equal((await inspected(provider, request.name)).held, false);
    },
  },
  {
    id: "inspect-outage",
    invariants: ["G-06"],
    title: "inspect of a backend that does not answer rejects, and never says free",
    skip: needs(member("inspect"), harnessFault("hang"), harnessFault("resume")),
    async run(context) {
      const provider = await context.open();
      const name = context.name();
      await inspected(provider, name);
      context.defer(async () => context.harness.faults?.resume?.());
      await context.harness.faults?.hang?.();
      const answer = Promise.resolve(provider.inspect?.(name));
      const codes = ["BACKEND_UNAVAILABLE", "NO_QUORUM"] as const;
      await rejectsWith(codes, settlesWithin(8_000, "inspect", answer));
    },
  },
  {
    id: "inspect-composed-token",
    invariants: ["G-04"],
    title: "locks.inspect shows the token that the holder has",
    skip: needs(member("inspect"), fencing),
    async run(context) {
      const [locks, other] = [await context.locks(), await context.locks()];
      const lease = await locks.acquire(context.name(), { description: "the holder" });
      for (const client of [locks, other]) {
        const state = await client.inspect(lease.name);
        assert.deepEqual(
          [state.held, state.fencingToken, state.description],
          [true, lease.fencingToken, "the holder"],
        );
      }
      await lease.release();
    },
  },
  {
    id: "break-inspected",
    invariants: ["G-05", "G-01"],
    title: "breakLock ends the holding that was inspected, once, and its holder is told",
    skip: needs(member("inspect"), member("breakLock")),
    async run(context) {
      const [locks, operator] = [await context.locks(), await context.locks()];
      const lease = await locks.acquire(context.name(), { ttlMs: context.ttl(900) });
      const { incarnation } = await operator.inspect(lease.name);
      assert.ok(incarnation !== undefined);
      assert.equal(await operator.breakLock(lease.name, { incarnation }), true);
      assert.equal(await operator.breakLock(lease.name, { incarnation }), false);
      await aborts(lease.ttlMs, "the victim's loss", lease.signal);
      const next = await operator.acquire(lease.name, { waitMs: 1_000 });
      assert.equal(await lease.release(), "absent");
      next.assertValid();
      assert.equal(await next.release(), "released");
    },
  },
  {
    id: "break-not-successor",
    invariants: ["G-05"],
    title: "breakLock of a holding that is over leaves its successor alone",
    skip: needs(member("inspect"), member("breakLock")),
    async run(context) {
      const provider = await context.open();
      const first = context.request(context.name());
      await context.grant(provider, first);
      const { incarnation } = await inspected(provider, first.name);
      assert.ok(incarnation !== undefined);
      await context.release(provider, first);
      assert.equal(await provider.breakLock?.(first.name, { incarnation }), false);
      const next = context.request(first.name);
      await context.grant(provider, next);
      assert.equal(await provider.breakLock?.(first.name, { incarnation }), false);
      assert.equal(await context.release(provider, next), "released");
    },
  },
  {
    id: "break-any",
    invariants: ["G-05"],
    title: "breakLock of any holder ends whichever there is, and is false where there is none",
    skip: needs(member("breakLock")),
    async run(context) {
      const [provider, other] = [await context.open(), await context.open()];
      const request = context.request(context.name());
      assert.equal(await other.breakLock?.(request.name, { incarnation: "any" }), false);
      await context.grant(provider, request);
      assert.equal(await other.breakLock?.(request.name, { incarnation: "any" }), true);
      assert.equal((await context.renew(provider, request)).status, "lost");
      assert.equal(await context.release(provider, request), "absent");
      await context.becomesFree(other, request.name, 500);
    },
  },
  {
    id: "inspect-unsupported",
    invariants: ["G-12"],
    title: "Locks says UNSUPPORTED where the provider cannot inspect or break",
    appliesWithoutExclusion: true,
    skip: ({ members }) =>
      members.has("inspect") || members.has("breakLock") ? "has inspect and breakLock" : undefined,
    async run(context) {
      const locks = await context.locks();
      await rejectsWith("UNSUPPORTED", locks.inspect(context.name()));
      await rejectsWith("UNSUPPORTED", locks.breakLock(context.name(), { any: true }));
    },
  },
];
