import { createLocks, type Locks, memory, quorum } from "@holdfast/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { publishOnce } from "../src/publish-once.ts";

/** Three members in memory vote as three servers do, without a server. */
let members: ReturnType<typeof memory>[];
let locks: Locks[];

beforeEach(() => {
  members = [memory(), memory(), memory()];
  const provider = quorum(members, { restartGuardMs: 0 });
  locks = [createLocks({ provider }), createLocks({ provider })];
});

afterEach(async () => {
  for (const each of locks) await each.close();
});

test("one of two processes publishes", async () => {
  const [one, other] = locks as [Locks, Locks];
  let meanwhile = "";
  const first = await publishOnce(one, "front", async () => {
    meanwhile = await publishOnce(other, "front", async () => {});
  });
  expect([first, meanwhile]).toEqual(["published", "left to another"]);
});

test("with a member gone, tokens go on rising", async () => {
  const tokens: bigint[] = [];
  const publish = async (token = 0n) => void tokens.push(token);
  for (const each of locks) expect(await publishOnce(each, "front", publish)).toBe("published");
  await members[0]?.[Symbol.asyncDispose]();
  for (const each of locks) expect(await publishOnce(each, "front", publish)).toBe("published");
  expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => (a < b ? -1 : 1)));
  expect(tokens).toHaveLength(4);
});
