import assert from "node:assert/strict";
import type { LockProvider } from "@holdfast/core";
import type { ConformanceCase } from "../conformance-case.ts";
import { expiry, needs } from "../needs.ts";
import { eventually, nextTurn, nowMs, pause } from "../waits.ts";

/** A lock is granted at most this long after its holder's ttl ended; generous for busy machines. */
const EXPIRY_BOUND_MS = 1_000;

/** Exclusion as the provider alone guarantees it: raw calls, no core in between. */
export const exclusionCases: readonly ConformanceCase[] = [
  {
    id: "exclusion-two-clients",
    invariants: ["G-01"],
    title: "a second holder is refused while the lease is valid",
    async run(context) {
      const [first, second] = [await context.open(), await context.open()];
      const name = context.name();
      const held = context.request(name);
      await context.grant(first, held);
      const refusal = await context.refusal(second, context.request(name));
      assert.equal(refusal.why, "held");
      if (refusal.retryAfterMs !== undefined) {
        assert.ok(refusal.retryAfterMs >= 0 && refusal.retryAfterMs <= held.ttlMs + 1);
      }
      await context.release(first, held);
    },
  },
  {
    id: "exclusion-one-client",
    invariants: ["G-11", "G-01"],
    title: "two acquisitions through one client exclude each other",
    async run(context) {
      const provider = await context.open();
      const name = context.name();
      const held = context.request(name);
      await context.grant(provider, held);
      await context.refusal(provider, context.request(name));
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => provider.tryAcquire(context.request(name))),
      );
      assert.ok(
        answers.every(({ granted }) => !granted),
        "granted twice to one client",
      );
      await context.release(provider, held);
    },
  },
  {
    id: "exclusion-two-locks",
    invariants: ["G-11"],
    title: "two Locks over one provider exclude each other",
    async run(context) {
      const provider = await context.open();
      const [first, second] = [
        await context.locks({ provider }),
        await context.locks({ provider }),
      ];
      const name = context.name();
      const lease = await first.acquire(name);
      assert.equal(await second.tryAcquire(name), undefined);
      await lease.release();
      const next = await second.tryAcquire(name);
      assert.ok(next, "free after the release");
      await next.release();
    },
  },
  {
    id: "exclusion-race",
    invariants: ["G-01", "G-11"],
    title: "of many simultaneous attempts by several clients exactly one is granted",
    async run(context) {
      const clients = await Promise.all(Array.from({ length: 4 }, () => context.open()));
      for (let round = 0; round < 10; round += 1) {
        const name = context.name();
        const requests = Array.from({ length: 32 }, () => context.request(name));
        const clientOf = (index: number): LockProvider => clients[index % 4] as LockProvider;
        const answers = await Promise.all(
          requests.map((request, index) => clientOf(index).tryAcquire(request)),
        );
        assert.equal(answers.filter(({ granted }) => granted).length, 1);
        await Promise.all(
          requests.map((request, index) => context.release(clientOf(index), request)),
        );
      }
    },
  },
  {
    id: "exclusion-names-apart",
    invariants: ["G-01", "G-07"],
    title: "holding one name does not refuse another",
    async run(context) {
      const provider = await context.open();
      const requests = Array.from({ length: 20 }, () => context.request(context.name()));
      for (const request of requests) await context.grant(provider, request);
      for (const request of requests) {
        assert.equal(await context.release(provider, request), "released");
      }
    },
  },
  {
    id: "exclusion-until-expiry",
    invariants: ["G-01", "G-08"],
    title: "a vanished holder is succeeded after its ttl, no earlier, and soon",
    skip: needs(expiry),
    async run(context) {
      const [first, second] = [await context.open(), await context.open()];
      const name = context.name();
      const held = context.request(name, { ttlMs: 300 });
      const grant = await context.grant(first, held);
      const validUntilMs = grant.sentAtMs + grant.validMs;
      let request = context.request(name);
      await eventually(held.ttlMs + EXPIRY_BOUND_MS, "the next holder is granted", async () => {
        request = context.request(name);
        const answer = await second.tryAcquire(request);
        if (answer.granted) {
          const earlyMs = validUntilMs - nowMs();
          assert.ok(earlyMs <= held.ttlMs * 0.01 + 2, `granted ${earlyMs} ms before the ttl ended`);
        }
        return answer.granted;
      });
      assert.equal((await context.renew(first, held)).status, "lost");
      assert.equal(await context.release(first, held), "absent");
      await context.refusal(first, context.request(name));
      assert.equal(await context.release(second, request), "released");
    },
  },
  {
    id: "exclusion-own-ttl",
    invariants: ["G-01", "G-08"],
    title: "each holder's own ttl counts, whatever ttl others of the name asked for",
    skip: needs(expiry),
    async run(context) {
      const provider = await context.open();
      const name = context.name();
      const brief = context.request(name, { ttlMs: 100 });
      await context.grant(provider, brief);
      await context.refusal(provider, context.request(name, { ttlMs: 60_000 }));
      await context.becomesFree(provider, name, brief.ttlMs + EXPIRY_BOUND_MS);
      const long = context.request(name, { ttlMs: 4 * brief.ttlMs });
      await context.grant(provider, long);
      await pause(1.5 * brief.ttlMs);
      await context.refusal(provider, context.request(name, { ttlMs: brief.ttlMs }));
      assert.equal(await context.release(provider, long), "released");
    },
  },
  {
    id: "exclusion-request-repeated",
    invariants: ["G-01", "G-04"],
    title: "a request that is sent again is granted again with the same token",
    async run(context) {
      const provider = await context.open();
      const request = context.request(context.name());
      const first = await context.grant(provider, request);
      const again = await context.grant(provider, request);
      assert.equal(again.fencingToken, first.fencingToken);
      assert.equal(await context.release(provider, request), "released");
      assert.equal(await context.release(provider, request), "absent");
    },
  },
  {
    id: "exclusion-counter",
    invariants: ["G-01", "G-11", "G-07"],
    title: "a counter read and written under the lock by several clients loses no update",
    async run(context) {
      const clients = await Promise.all(Array.from({ length: 3 }, () => context.locks()));
      const name = context.name();
      let [counter, inside] = [0, 0];
      const work = async (): Promise<void> => {
        inside += 1;
        assert.equal(inside, 1, "two holders at once");
        const read = counter;
        await nextTurn();
        counter = read + 1;
        inside -= 1;
      };
      await Promise.all(
        clients.flatMap((locks) =>
          Array.from({ length: 20 }, () => locks.using(name, work, { waitMs: 20_000 })),
        ),
      );
      assert.equal(counter, 60);
    },
  },
];
