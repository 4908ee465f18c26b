import assert from "node:assert/strict";
import type { LockProvider, Member, Membership } from "@holdfast/core";
import type { CaseContext, RawRequest } from "../case-context.ts";
import type { ConformanceCase } from "../conformance-case.ts";
import { fencing, member, needs } from "../needs.ts";
import { eventually } from "../waits.ts";

const TTL_MS = 300;
const MEMBERSHIP: Membership = {
  fingerprint: "conformance",
  restartGuardMs: 2 * TTL_MS,
  proposalSlackMs: 1_000,
  fenceTtlMs: 600_000,
};

async function join(context: CaseContext): Promise<Member> {
  const provider = await context.open();
  const joined = await provider.asMember?.(MEMBERSHIP);
  assert.ok(joined);
  return joined;
}

/** A grant once the member's restart guard, if it just started, has passed. */
async function memberGrant(provider: LockProvider, request: RawRequest): Promise<bigint> {
  let token: bigint | undefined;
  await eventually(MEMBERSHIP.restartGuardMs + 2_000, "the member votes", async () => {
    const answer = await provider.tryAcquire(request);
    if (answer.granted) token = answer.fencingToken;
    else assert.equal(answer.why, "abstaining");
    return answer.granted;
  });
  assert.equal(typeof token, "bigint");
  return token as bigint;
}

/** What a quorum needs of its members. */
export const memberCases: readonly ConformanceCase[] = [
  {
    id: "member-identity",
    invariants: ["G-01"],
    title: "two clients of one backend have one identity, so a quorum can refuse duplicates",
    skip: needs(member("asMember")),
    async run(context) {
      const [first, second] = [await join(context), await join(context)];
      assert.equal(first.identity, second.identity);
      assert.ok(first.identity.length > 0);
    },
  },
  {
    id: "member-raise",
    invariants: ["G-04"],
    title:
      "a raise by the holder lifts its token and every later one; a foreign raise does nothing",
    skip: needs(member("asMember"), fencing),
    async run(context) {
      const { provider } = await join(context);
      const request = context.request(context.name(), { ttlMs: TTL_MS * 10 });
      const token = await memberGrant(provider, request);
      const raised = token + 1_000n;
      const { name, holderId, ttlMs } = request;
      const foreign = { ...context.request(name), raiseFenceTo: token + 1_000_000n };
      const [refused] = await provider.renew([foreign]);
      assert.equal(refused?.status, "lost");
      const [outcome] = await provider.renew([{ name, holderId, ttlMs, raiseFenceTo: raised }]);
      assert.ok(outcome?.status === "renewed");
      assert.equal(outcome.fencingToken, raised);
      await context.release(provider, request);
      const next = context.request(name, { ttlMs: TTL_MS * 10 });
      const nextToken = await memberGrant(provider, next);
      assert.ok(nextToken > raised, "later holders are above the raise");
      await context.release(provider, next);
    },
  },
];
