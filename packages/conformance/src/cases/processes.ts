import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CaseContext } from "../case-context.ts";
import type { ConformanceCase } from "../conformance-case.ts";
import { capability, expiry, fencing, needs, processes } from "../needs.ts";
import { LockProcess } from "../processes/child-process.ts";
import { eventually, nowMs, pause } from "../waits.ts";

/** What a crash may cost beyond the ttl; generous for machines that are busy with tests. */
const CRASH_BOUND_MS = 1_000;
const WAIT_MS = 10_000;

/** A file that is removed with the case. */
async function temporaryFile(context: CaseContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-conformance-"));
  context.defer(() => rm(folder, { recursive: true }));
  const file = join(folder, "counter");
  await writeFile(file, text);
  return file;
}

/** Real processes, stopped and killed for real. */
export const processCases: readonly ConformanceCase[] = [
  {
    id: "process-counter",
    invariants: ["G-01", "G-07"],
    title: "processes that count in one file under the lock lose no update",
    skip: processes,
    async run(context) {
      const name = context.name();
      const file = await temporaryFile(context, "0");
      const workers = await Promise.all([0, 1, 2].map(() => LockProcess.start(context)));
      const command = { do: "count", name, ttlMs: context.ttl(5_000), rounds: 25, file } as const;
      await Promise.all(workers.map((worker) => worker.ask(command)));
      assert.equal(await readFile(file, "utf8"), "75");
    },
  },
  {
    id: "process-killed-holder",
    invariants: ["G-08", "G-04"],
    title: "a holder killed by the system is succeeded within its ttl and a bound",
    skip: processes,
    async run(context) {
      const { witness } = context.history;
      const [holder, locks] = [await LockProcess.start(context), await context.locks()];
      const [name, ttlMs] = [context.name(), context.ttl(600)];
      const held = await holder.ask({ do: "acquire", name, ttlMs, waitMs: WAIT_MS });
      const waiting = witness.acquire(locks, name, { waitMs: WAIT_MS });
      await pause(ttlMs);
      await holder.kill();
      const killedMs = nowMs();
      const lease = await waiting;
      const tookMs = nowMs() - killedMs;
      assert.ok(tookMs <= ttlMs + CRASH_BOUND_MS, `${tookMs} ms after the kill`);
      if (held.fencingToken !== undefined) {
        assert.ok((lease.fencingToken ?? 0n) > BigInt(held.fencingToken));
      }
      await witness.release(lease);
    },
  },
  {
    id: "process-paused-holder",
    invariants: ["G-02", "G-04", "G-01"],
    title: "a holder stopped past its ttl is told on its first line, and its late write is refused",
    skip: needs(processes, expiry, fencing),
    async run(context) {
      const { witness } = context.history;
      const [holder, locks] = [await LockProcess.start(context), await context.locks()];
      const [name, ttlMs] = [context.name(), context.ttl(500)];
      const stale = await holder.ask({ do: "acquire", name, ttlMs, waitMs: WAIT_MS });
      holder.stop();
      context.defer(async () => holder.resume());
      const lease = await witness.acquire(locks, name, { waitMs: WAIT_MS });
      await pause(ttlMs / 2);
      const told = holder.ask({ do: "check" });
      holder.resume();
      assert.equal((await told).assertValid, "LEASE_LOST", "valid after the pause");
      await eventually(CRASH_BOUND_MS, "the signal", async () => {
        const { isAborted, why } = await holder.ask({ do: "check" });
        return isAborted && why === "LEASE_LOST";
      });
      const highest = lease.fencingToken ?? 0n;
      assert.ok(BigInt(stale.fencingToken ?? "0") < highest, "a fenced resource would accept it");
      lease.assertValid();
      assert.equal(await witness.release(lease), "released");
    },
  },
  {
    id: "process-terminated-holder",
    invariants: ["G-08", "G-09"],
    title: "a process that is asked to leave closes, and its locks are free at once",
    skip: processes,
    async run(context) {
      const { witness } = context.history;
      const [holder, locks] = [await LockProcess.start(context), await context.locks()];
      const [name, ttlMs] = [context.name(), context.ttl(60_000)];
      await holder.ask({ do: "acquire", name, ttlMs, waitMs: WAIT_MS });
      assert.equal(await holder.terminate(), 0);
      const lease = await witness.acquire(locks, name, { waitMs: CRASH_BOUND_MS });
      await witness.release(lease);
    },
  },
  {
    id: "process-killed-waiter",
    invariants: ["G-07", "G-08", "G-09"],
    title: "a waiting process that is killed does not keep the lock from the next one",
    skip: processes,
    async run(context) {
      const { witness } = context.history;
      const [waiter, locks] = [await LockProcess.start(context), await context.locks()];
      const other = await context.locks();
      const [name, ttlMs] = [context.name(), context.ttl(1_000)];
      const lease = await witness.acquire(locks, name, { ttlMs });
      const dead = waiter.ask({ do: "acquire", name, ttlMs, waitMs: 30_000 });
      const ended = dead.catch((error: Error) => error.message);
      await pause(200);
      const waiting = witness.acquire(other, name, { waitMs: 30_000 });
      await waiter.kill();
      assert.equal(await ended, "the child ended");
      await witness.release(lease);
      const releasedMs = nowMs();
      const next = await waiting;
      const tookMs = nowMs() - releasedMs;
      assert.ok(tookMs <= 3_000 + CRASH_BOUND_MS, `${tookMs} ms after the release`);
      await witness.release(next);
    },
  },
  {
    id: "process-hand-over",
    invariants: ["G-01", "G-03"],
    title: "a ticket carries a lease from one process to another, without a gap",
    skip: needs(processes, capability("transferable", true)),
    async run(context) {
      const [giver, taker] = [await LockProcess.start(context), await LockProcess.start(context)];
      const provider = await context.open();
      const [name, ttlMs] = [context.name(), context.ttl(1_000)];
      // Its first command connects a client, which is no part of what a ticket has time for.
      await taker.ask({ do: "acquire", name: context.name(), ttlMs, waitMs: WAIT_MS });
      await taker.ask({ do: "release" });
      await giver.ask({ do: "acquire", name, ttlMs, waitMs: WAIT_MS });
      const { ticket, hold = "" } = await giver.ask({ do: "detach" });
      assert.ok(ticket);
      await giver.kill();
      await context.refusal(provider, context.request(name));
      const adopted = await taker.ask({ do: "adopt", ticket, hold });
      assert.equal(adopted.assertValid, undefined);
      await pause(1.5 * ttlMs);
      await context.refusal(provider, context.request(name));
      assert.equal((await taker.ask({ do: "check" })).assertValid, undefined);
      assert.equal((await taker.ask({ do: "release" })).outcome, "released");
      await context.becomesFree(provider, name, 500);
    },
  },
];
