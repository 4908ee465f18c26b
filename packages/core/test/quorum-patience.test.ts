import { expect, test } from "vitest";
import { createLocks } from "../src/index.ts";
import { settled } from "./faulty-provider.ts";
import { testQuorum } from "./quorum-members.ts";

test("G-07 those that wait outlive a majority that hangs, as long as their patience lasts", async () => {
  const { clock, members, provider } = testQuorum(3);
  const locks = createLocks({ provider, unavailableMs: 600_000 });
  for (const member of members.slice(1)) member.behave("silent");
  const waiting = Array.from({ length: 150 }, (_, index) => settled(locks.acquire(`n${index}`)));
  await clock.advance(4_000);
  for (const member of members) member.behave("up");
  await clock.advance(20_000);
  const errors = (await Promise.all(waiting)).map(({ error }) => error?.code);
  expect(new Set(errors)).toEqual(new Set([undefined]));
  await locks.close();
});
