import { expect, test } from "vitest";
import { LockError } from "../lock-error.ts";
import { memory } from "../memory/memory-provider.ts";
import type { Grant } from "../provider.ts";
import { Ballot, endOf, inStates, largestToken, lastingFaults } from "./ballot.ts";
import { newSeats, type Seat } from "./hold.ts";
import { QuorumMember } from "./quorum-member.ts";
import { resolveQuorum } from "./quorum-options.ts";

const GRANT: Grant = {
  granted: true,
  name: "a",
  holderId: "mine",
  ttlMs: 1_000,
  sentAtMs: 5,
  validMs: 900,
  fencingToken: 7n,
};

function ballot(index = 2): Ballot {
  const provider = memory();
  const settings = resolveQuorum([provider], {});
  const names = { ...settings, memberNames: ["one", "two", "three"] };
  const member = new QuorumMember(index, provider, names);
  const [seat] = newSeats([member], 0) as readonly [Seat];
  return new Ballot(seat);
}

test("a new ballot has no answer, which nobody waited for", () => {
  const made = ballot();
  expect([made.member, made.label, made.state, made.isAsked]).toEqual([
    2,
    "three",
    "pending",
    false,
  ]);
  expect(made.vote()).toStrictEqual({ member: "three", answer: "unknown", why: "not waited for" });
});

test("a grant is a vote with its token, and ends its validity after its send", () => {
  const made = ballot();
  made.granted(GRANT);
  expect([made.state, made.token, made.endsAtMs, made.ttlMs]).toEqual(["granted", 7n, 905, 1_000]);
  expect(made.vote()).toStrictEqual({ member: "three", answer: "granted", fencingToken: 7n });
});

test.each([
  ["held", { member: "three", answer: "held" }],
  ["no-quorum", { member: "three", answer: "unknown" }],
  ["abstaining", { member: "three", answer: "abstaining", why: "abstaining for another 42 ms" }],
] as const)("a refusal is told as it was: %s", (why, vote) => {
  const made = ballot();
  made.refused({ granted: false, why, retryAfterMs: 41.2 });
  expect([made.vote(), made.retryAfterMs]).toEqual([vote, 41.2]);
});

test("a member that abstains without saying for how long gives no reason", () => {
  const made = ballot();
  made.refused({ granted: false, why: "abstaining" });
  expect(made.vote()).toStrictEqual({ member: "three", answer: "abstaining" });
});

test("a fault is told by its code and words, and anything else as no usable answer", () => {
  const fault = new LockError("BACKEND_REJECTED", "no permission");
  const made = ballot();
  made.faulted(fault);
  expect(made.fault).toBe(fault);
  const why = "BACKEND_REJECTED: no permission";
  expect(made.vote()).toStrictEqual({ member: "three", answer: "unknown", why });
  const other = ballot();
  other.faulted(new Error("a driver's own"));
  expect(other.fault).toBeUndefined();
  expect(other.vote()).toStrictEqual({
    member: "three",
    answer: "unknown",
    why: "no usable answer",
  });
});

test("a raise confirms only the token it was to raise to", () => {
  const renewed = { status: "renewed", sentAtMs: 100, validMs: 800 } as const;
  const made = ballot();
  made.granted(GRANT);
  made.raised({ ...renewed, fencingToken: 9n }, 9n);
  expect([made.state, made.token, made.endsAtMs]).toEqual(["confirmed", 9n, 900]);
  expect(made.vote()).toStrictEqual({ member: "three", answer: "granted", fencingToken: 9n });
  for (const outcome of [
    { ...renewed, fencingToken: 8n },
    { status: "lost", why: "gone" } as const,
    undefined,
  ]) {
    const failed = ballot();
    failed.granted(GRANT);
    failed.raised(outcome, 9n);
    expect(failed.vote()).toStrictEqual({
      member: "three",
      answer: "unknown",
      fencingToken: 7n,
      why: "it granted, but did not confirm the fencing token",
    });
  }
});

test("a member whose time is up has no vote, unless another had it when it was asked", () => {
  const silent = ballot();
  silent.timedOut("no answer within 5 ms");
  const why = "no answer within 5 ms";
  expect(silent.vote()).toStrictEqual({ member: "three", answer: "unknown", why });
  const held = ballot();
  held.heldCount = 1;
  held.timedOut(why);
  expect(held.vote()).toStrictEqual({ member: "three", answer: "held" });
});

test("a member whose clock strayed abstains", () => {
  const made = ballot();
  made.granted(GRANT);
  made.abstain("its clock");
  expect(made.vote()).toMatchObject({ answer: "abstaining", why: "its clock" });
});

test("ballots are chosen by their state, and tokens by their size", () => {
  const [first, second, third] = [ballot(), ballot(), ballot()];
  expect(largestToken([first, second])).toBe(0n);
  first.granted(GRANT);
  second.granted({ ...GRANT, fencingToken: 11n });
  third.refused({ granted: false, why: "held" });
  const all = [first, second, third];
  expect(inStates(all, "granted")).toEqual([first, second]);
  expect(inStates(all, "held", "pending")).toEqual([third]);
  expect([largestToken(all), largestToken([second, first])]).toEqual([11n, 11n]);
});

test("the end of so many holders is that of the last of those that end first", () => {
  const held = [30, undefined, 10, 200].map((retryAfterMs) => {
    const made = ballot();
    made.refused({ granted: false, why: "held", ...(retryAfterMs && { retryAfterMs }) });
    return made;
  });
  expect([0, 1, 2, 3, 4].map((count) => endOf(held, count))).toEqual([10, 10, 30, 200, undefined]);
});

test("only faults that asking again may mend are passing", () => {
  const codes = ["BACKEND_UNAVAILABLE", "NO_QUORUM", "ABORTED", "BACKEND_REJECTED"] as const;
  const ballots = codes.map((code) => {
    const made = ballot();
    made.faulted(new LockError(code, "words"));
    return made;
  });
  const lasting = lastingFaults([ballot(), ...ballots]);
  expect(lasting.map(({ code }) => code)).toEqual(["BACKEND_REJECTED"]);
});
