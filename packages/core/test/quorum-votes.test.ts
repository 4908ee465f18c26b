import { expect, test } from "vitest";
import { LockError } from "../src/index.ts";
import { settled } from "./faulty-provider.ts";
import { at, attempt, granted, type TestQuorum, testQuorum } from "./quorum-members.ts";

test("a vote says why there is none: abstaining for how long, and not waited for", async () => {
  const { members, provider } = testQuorum(3);
  at(members, 0).faults.acquire = () => ({
    granted: false,
    why: "abstaining",
    retryAfterMs: 41_000,
  });
  at(members, 1).behave("down");
  at(members, 2).behave("silent");
  const answer = await provider.tryAcquire(attempt("mine"));
  if (answer.granted) throw new Error("granted");
  expect(answer.votes).toEqual([
    { member: expect.any(String), answer: "abstaining", why: "abstaining for another 41000 ms" },
    { member: expect.any(String), answer: "unknown", why: expect.stringMatching(/refused/) },
    { member: expect.any(String), answer: "unknown", why: "not waited for" },
  ]);
});

test.each([
  ["inspect", (asked: TestQuorum["provider"]) => asked.inspect("a")],
  ["ping", (asked: TestQuorum["provider"]) => asked.ping()],
])("%s without a majority of answers says who gave none, and why", async (_, ask) => {
  const { members, provider } = testQuorum(3);
  for (const member of members.slice(0, 2)) {
    const refuse = async (): Promise<never> => {
      throw new LockError("BACKEND_UNAVAILABLE", "connection refused");
    };
    member.inspect = refuse;
    member.ping = refuse;
  }
  const { error } = await settled(ask(provider));
  expect(error).toMatchObject({ code: "NO_QUORUM" });
  expect((error as LockError).votes).toEqual([
    expect.objectContaining({ answer: "unknown", why: expect.stringMatching(/refused/) }),
    expect.objectContaining({ answer: "unknown", why: expect.stringMatching(/refused/) }),
  ]);
});

test("a renewal without a majority says what each member answered", async () => {
  const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 200 });
  const { name, holderId, ttlMs } = attempt("mine");
  await granted(provider.tryAcquire(attempt("mine")));
  at(members, 1).behave("down", "renew");
  at(members, 2).behave("silent", "renew");
  const renewal = provider.renew([{ name, holderId, ttlMs }]);
  await clock.advance(200);
  const [outcome] = await renewal;
  if (outcome?.status !== "unknown") throw new Error(`it is ${outcome?.status}`);
  expect((outcome.cause as LockError).votes).toEqual([
    { member: expect.any(String), answer: "granted" },
    { member: expect.any(String), answer: "unknown", why: expect.any(String) },
    { member: expect.any(String), answer: "unknown", why: "no answer in time" },
  ]);
});

test("inspect does not call a lock free that may be held by a member that is silent", async () => {
  const { clock, members, provider } = testQuorum(3);
  at(members, 2).behave("down");
  const held = await granted(provider.tryAcquire(attempt("mine")));
  expect(held.granted).toBe(true);
  at(members, 0).inspect = () => new Promise(() => undefined);
  const asked = settled(provider.inspect("a"));
  await clock.advance(1_000);
  expect((await asked).error).toMatchObject({ code: "NO_QUORUM" });
});
