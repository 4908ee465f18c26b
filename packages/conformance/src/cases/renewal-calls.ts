import assert from "node:assert/strict";
import type { RenewRequest } from "@holdfast/core";
import type { RawRequest } from "../case-context.ts";
import type { ConformanceCase } from "../conformance-case.ts";
import { expiry, harnessFault, needs } from "../needs.ts";
import { eventually, nowMs, pause } from "../waits.ts";

function claimOf({ name, holderId, ttlMs }: RawRequest): RenewRequest {
  return { name, holderId, ttlMs };
}

/** Renewal as the provider alone guarantees it: owner-checked, never creating. */
export const renewalCallCases: readonly ConformanceCase[] = [
  {
    id: "renewal-prolongs",
    invariants: ["G-03"],
    title: "a renewed lock is held past its first ttl",
    async run(context) {
      const [provider, other] = [await context.open(), await context.open()];
      const request = context.request(context.name(), { ttlMs: 300 });
      const grant = await context.grant(provider, request);
      const untilMs = grant.sentAtMs + 2 * request.ttlMs;
      while (nowMs() < untilMs) {
        const askedMs = nowMs();
        const outcome = await context.renew(provider, request);
        assert.ok(outcome.status === "renewed", "renewed in time");
        assert.ok(outcome.validMs > 0 && outcome.validMs <= grant.ttlMs);
        assert.ok(outcome.sentAtMs <= nowMs() && outcome.sentAtMs + outcome.validMs > askedMs);
        await pause(request.ttlMs / 4);
      }
      await context.refusal(other, context.request(request.name));
      assert.equal(await context.release(provider, request), "released");
    },
  },
  {
    id: "renewal-takes-ttl",
    invariants: ["G-03", "G-08"],
    title: "a renewal sets the ttl that it asks for, longer or shorter",
    skip: needs(expiry),
    async run(context) {
      const provider = await context.open();
      const request = context.request(context.name(), { ttlMs: 150 });
      await context.grant(provider, request);
      const longer = { ...request, ttlMs: context.ttl(4 * request.ttlMs) };
      assert.equal((await context.renew(provider, longer)).status, "renewed");
      await pause(1.5 * request.ttlMs);
      await context.refusal(provider, context.request(request.name));
      assert.equal((await context.renew(provider, request)).status, "renewed");
      await context.becomesFree(provider, request.name, request.ttlMs + 1_000);
    },
  },
  {
    id: "renewal-foreign",
    invariants: ["G-05"],
    title: "a renewal by anybody but the holder is lost and changes nothing",
    skip: needs(expiry),
    async run(context) {
      const [provider, other] = [await context.open(), await context.open()];
      const request = context.request(context.name(), { ttlMs: 300 });
      await context.grant(provider, request);
      const foreign = context.request(request.name, { ttlMs: 60_000 });
      assert.equal((await context.renew(other, foreign)).status, "lost");
      assert.equal((await context.renew(provider, foreign)).status, "lost");
      await context.becomesFree(other, request.name, request.ttlMs + 1_000);
    },
  },
  {
    id: "renewal-creates-nothing",
    invariants: ["G-03", "G-05"],
    title: "a renewal of a lock that nobody holds is lost and does not create it",
    async run(context) {
      const provider = await context.open();
      const request = context.request(context.name());
      assert.equal((await context.renew(provider, request)).status, "lost");
      const next = context.request(request.name);
      await context.grant(provider, next);
      assert.equal(await context.release(provider, next), "released");
    },
  },
  {
    id: "renewal-after-release",
    invariants: ["G-03", "G-05"],
    title: "a renewal after the release is lost and re-creates nothing",
    async run(context) {
      const provider = await context.open();
      const request = context.request(context.name());
      await context.grant(provider, request);
      assert.equal(await context.release(provider, request), "released");
      assert.equal((await context.renew(provider, request)).status, "lost");
      const next = context.request(request.name);
      await context.grant(provider, next);
      assert.equal(await context.release(provider, next), "released");
    },
  },
  {
    id: "renewal-after-expiry",
    invariants: ["G-03", "G-05"],
    title: "a renewal after the ttl is lost, and a successor keeps its lock",
    skip: needs(expiry),
    async run(context) {
      const provider = await context.open();
      const request = context.request(context.name(), { ttlMs: 100 });
      await context.grant(provider, request);
      let next = request;
      await eventually(request.ttlMs + 1_000, "the successor is granted", async () => {
        next = context.request(request.name);
        return (await provider.tryAcquire(next)).granted;
      });
      assert.equal((await context.renew(provider, request)).status, "lost");
      assert.equal((await context.renew(provider, next)).status, "renewed");
      assert.equal(await context.release(provider, next), "released");
    },
  },
  {
    id: "renewal-batch",
    invariants: ["G-03"],
    title: "a batch of renewals is answered in its order, each by itself",
    async run(context) {
      const provider = await context.open();
      assert.deepEqual(await provider.renew([]), []);
      const requests = Array.from({ length: 60 }, () => context.request(context.name()));
      const held = requests.filter((_, index) => index % 3 === 0);
      for (const request of held) await context.grant(provider, request);
      const outcomes = await provider.renew(requests.map(claimOf));
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        requests.map((request) => (held.includes(request) ? "renewed" : "lost")),
      );
      for (const request of held) {
        assert.equal(await context.release(provider, request), "released");
      }
    },
  },
  {
    id: "renewal-race-release",
    invariants: ["G-03", "G-05"],
    title: "a renewal that races with the release, a thousand times, never leaves the lock held",
    async run(context) {
      const provider = await context.open();
      const cycle = async (index: number): Promise<void> => {
        const request = context.request(context.name());
        await context.grant(provider, request);
        const renew = (): Promise<unknown> => context.renew(provider, request);
        const early = index % 2 === 0 ? renew() : undefined;
        const releasing = context.release(provider, request);
        await Promise.all([early, renew()]);
        assert.equal(await releasing, "released");
        const next = context.request(request.name);
        await context.grant(provider, next);
        await context.release(provider, next);
      };
      for (let index = 0; index < 1_000; index += 20) {
        await Promise.all(Array.from({ length: 20 }, (_, offset) => cycle(index + offset)));
      }
    },
  },
  {
    id: "renewal-unanswered",
    invariants: ["G-03", "G-05"],
    title: "a renewal that the backend does not answer is unknown, never lost",
    skip: needs(harnessFault("hang"), harnessFault("resume")),
    async run(context) {
      const provider = await context.open();
      const request = context.request(context.name(), { ttlMs: 60_000 });
      await context.grant(provider, request);
      context.defer(() => context.release(provider, request));
      context.defer(async () => context.harness.faults?.resume?.());
      await context.harness.faults?.hang?.();
      assert.equal((await context.renew(provider, request)).status, "unknown");
    },
  },
];
