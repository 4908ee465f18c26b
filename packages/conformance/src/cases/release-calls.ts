import assert from "node:assert/strict";
import type { LockProvider } from "@holdfast/core";
import type { CaseContext } from "../case-context.ts";
import type { ConformanceCase } from "../conformance-case.ts";
import { expiry, needs } from "../needs.ts";

/** Two clients that may act for one holder: one and the same where a holder's client is its proof. */
async function clientsOfOneHolder(
  context: CaseContext,
): Promise<readonly [LockProvider, LockProvider]> {
  const provider = await context.open();
  if (!provider.capabilities.transferable) return [provider, provider];
  return [provider, await context.open()];
}

/** Release as the provider alone guarantees it: owner-checked, idempotent, able to compensate. */
export const releaseCallCases: readonly ConformanceCase[] = [
  {
    id: "release-frees",
    invariants: ["G-01", "G-09"],
    title: "a released lock is free at once, for every client",
    async run(context) {
      const [provider, other] = [await context.open(), await context.open()];
      const name = context.name();
      for (const client of [other, provider, other]) {
        const request = context.request(name);
        await context.grant(client, request);
        assert.equal(await context.release(client, request), "released");
      }
    },
  },
  {
    id: "release-foreign",
    invariants: ["G-05"],
    title: "a release by anybody but the holder is absent and changes nothing",
    async run(context) {
      const [provider, other] = [await context.open(), await context.open()];
      const name = context.name();
      const held = context.request(name);
      await context.grant(provider, held);
      for (const client of [provider, other]) {
        assert.equal(await context.release(client, context.request(name)), "absent");
        await context.refusal(client, context.request(name));
      }
      assert.equal(await context.release(provider, held), "released");
    },
  },
  {
    id: "release-foreign-in-doubt",
    invariants: ["G-05", "G-06"],
    title: "an in-doubt release by anybody but the holder changes nothing either",
    async run(context) {
      const provider = await context.open();
      const held = context.request(context.name());
      await context.grant(provider, held);
      await context.release(provider, context.request(held.name), true);
      await context.refusal(provider, context.request(held.name));
      assert.equal((await context.renew(provider, held)).status, "renewed");
      assert.equal(await context.release(provider, held), "released");
    },
  },
  {
    id: "release-late",
    invariants: ["G-05"],
    title: "the late release of an expired holder does not free its successor's lock",
    skip: needs(expiry),
    async run(context) {
      const provider = await context.open();
      const name = context.name();
      const expired = context.request(name, { ttlMs: 100 });
      await context.grant(provider, expired);
      await context.becomesFree(provider, name, expired.ttlMs + 1_000);
      const held = context.request(name);
      await context.grant(provider, held);
      assert.equal(await context.release(provider, expired), "absent");
      assert.equal(await context.release(provider, expired, true), "absent");
      await context.refusal(provider, context.request(name));
      assert.equal(await context.release(provider, held), "released");
    },
  },
  {
    id: "release-of-nothing",
    invariants: ["G-05", "G-09"],
    title: "a release of a lock that nobody holds is absent",
    async run(context) {
      const provider = await context.open();
      const request = context.request(context.name());
      assert.equal(await context.release(provider, request), "absent");
      assert.equal(await context.release(provider, request), "absent");
    },
  },
  {
    id: "release-in-doubt-of-held",
    invariants: ["G-06"],
    title: "an in-doubt release frees a lock that was granted after all",
    async run(context) {
      const [provider, other] = await clientsOfOneHolder(context);
      const request = context.request(context.name());
      await context.grant(provider, request);
      assert.equal(await context.release(other, request, true), "released");
      const next = context.request(request.name);
      await context.grant(provider, next);
      assert.equal(await context.release(provider, next), "released");
    },
  },
  {
    id: "release-in-doubt-first",
    invariants: ["G-06"],
    title: "a request that arrives after its own in-doubt release is not granted",
    async run(context) {
      const [provider, other] = await clientsOfOneHolder(context);
      for (const client of [provider, other]) {
        const late = context.request(context.name());
        await context.release(provider, late, true);
        const answer = await context.attempt(client, late).catch(() => undefined);
        assert.ok(!answer?.granted, "a ghost: nobody is left to release this grant");
        const next = context.request(late.name);
        await context.grant(client, next);
        assert.equal(await context.release(client, next), "released");
      }
    },
  },
  {
    id: "release-by-another-client",
    invariants: ["G-05", "G-06"],
    title: "a release needs the holder's proof, not its connection",
    skip: ({ capabilities }) =>
      capabilities.transferable ? undefined : "declares transferable: false",
    async run(context) {
      const [provider, other] = [await context.open(), await context.open()];
      const request = context.request(context.name());
      await context.grant(provider, request);
      assert.equal((await context.renew(other, request)).status, "renewed");
      assert.equal(await context.release(other, request), "released");
    },
  },
  {
    id: "dispose-twice",
    invariants: ["G-09", "G-10"],
    title: "disposing a provider twice does nothing the second time",
    appliesWithoutExclusion: true,
    async run(context) {
      const provider = await context.harness.open();
      const request = context.request(context.name());
      await context.grant(provider, request);
      await context.release(provider, request);
      await provider[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  },
];
