import assert from "node:assert/strict";
import { type AcquireRequest, type LockMode, systemClock } from "@holdfast/core";
import type { ConformanceCase } from "../conformance-case.ts";
import { readFacts } from "../facts.ts";
import { capability, member, needs } from "../needs.ts";
import { rejectsWith } from "../rejects-with.ts";
import { nowMs, settlesWithin } from "../waits.ts";

/** What a provider declares, and the form of its answers. */
export const grantCases: readonly ConformanceCase[] = [
  {
    id: "capabilities-well-formed",
    invariants: ["G-12"],
    title: "the declared capabilities agree with each other and with the members",
    appliesWithoutExclusion: true,
    async run(context) {
      const provider = await context.open();
      const { capabilities } = provider;
      assert.deepEqual(readFacts(provider, context.harness), context.facts);
      assert.ok(capabilities.ttlMsMin >= 1 && capabilities.ttlMsMax >= capabilities.ttlMsMin);
      assert.ok(capabilities.ttlResolutionMs > 0);
      assert.ok(capabilities.modes.includes("exclusive"));
      if (capabilities.waiting === "queue") assert.ok(context.facts.members.has("enqueue"));
      if (capabilities.waiting === "notify") assert.ok(context.facts.members.has("watch"));
      assert.match(provider.name, /^[a-z0-9+() -]{1,64}$/, "a name without an address");
    },
  },
  {
    id: "grant-well-formed",
    invariants: ["G-01", "G-02"],
    title: "a grant repeats its claim and counts its validity from before the request left",
    appliesWithoutExclusion: true,
    async run(context) {
      const provider = await context.open();
      const request = context.request(context.name(), { ttlMs: 1_000 });
      const beforeMs = nowMs();
      const grant = await context.grant(provider, request);
      const { name, holderId, ttlMs } = grant;
      assert.deepEqual({ name, holderId }, { name: request.name, holderId: request.holderId });
      assert.ok(ttlMs >= request.ttlMs, "never a shorter ttl than asked for");
      assert.ok(grant.validMs > 0 && grant.validMs <= ttlMs);
      const sentAfterMs = grant.sentAtMs - beforeMs;
      if ((provider.clock ?? systemClock) === systemClock) {
        assert.ok(sentAfterMs >= 0 && grant.sentAtMs <= nowMs(), `sent at ${sentAfterMs} ms`);
      }
      assert.equal(
        typeof grant.fencingToken,
        context.facts.capabilities.fencing === "none" ? "undefined" : "bigint",
      );
      await context.release(provider, request);
    },
  },
  {
    id: "mode-unknown",
    invariants: ["G-12"],
    title: "a mode that the provider does not know is refused as unsupported",
    appliesWithoutExclusion: true,
    async run(context) {
      const provider = await context.open();
      const request: AcquireRequest = {
        ...context.request(context.name()),
        mode: "shared" as LockMode,
      };
      await rejectsWith("UNSUPPORTED", (async () => provider.tryAcquire(request))());
    },
  },
  {
    id: "grants-all-without-exclusion",
    invariants: ["G-11", "G-12"],
    title: "a provider that declares no exclusion grants everybody at once, without a queue",
    appliesWithoutExclusion: true,
    skip: needs(capability("exclusion", "none")),
    async run(context) {
      const locks = await context.locks();
      const name = context.name();
      const leases = await Promise.all(
        Array.from({ length: 10 }, () => locks.acquire(name, { waitMs: 0 })),
      );
      for (const lease of leases) {
        lease.assertValid();
        assert.equal(lease.fencingToken, undefined);
        await lease.release();
      }
    },
  },
  {
    id: "ping-answers",
    invariants: ["G-12"],
    title: "a ping of a healthy backend resolves",
    appliesWithoutExclusion: true,
    skip: needs(member("ping")),
    async run(context) {
      const provider = await context.open();
      await settlesWithin(2_000, "ping", provider.ping?.() ?? Promise.reject());
    },
  },
  {
    id: "doctor-speaks-plainly",
    invariants: ["G-12"],
    title: "every finding of the doctor says what is wrong and what to do",
    appliesWithoutExclusion: true,
    skip: needs(member("doctor")),
    async run(context) {
      const provider = await context.open();
      for (const finding of (await provider.doctor?.()) ?? []) {
        assert.ok(finding.what.length > 10 && finding.remedy.length > 10, finding.what);
        assert.doesNotMatch(`${finding.what} ${finding.remedy}`, /:\/\/[^/\s]*:[^/\s]*@/);
      }
    },
  },
];
