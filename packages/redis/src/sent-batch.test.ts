import { LockError } from "@holdfast/core";
import { expect, test } from "vitest";
import type { RedisConnection } from "./redis-client.ts";
import { textOf } from "./reply.ts";
import { SentBatch } from "./sent-batch.ts";
import { SentCommand } from "./sent-command.ts";

/** A batch of so many, and what each caller is told in the end. */
function batchOf(count: number): { batch: SentBatch; told: unknown[]; landed: () => number } {
  const told: unknown[] = [];
  let landedCount = 0;
  const connection = { epoch: 1 } as RedisConnection;
  const sending = { timeoutMs: 1_000, settled: () => {}, timedOut: () => {} };
  const items = Array.from({ length: count }, (_, at) => {
    const call = { command: [], lockName: `n-${at}`, decode: decoded };
    const landed = () => {
      landedCount += 1;
    };
    const tell = (outcome: unknown) => {
      told[at] = outcome;
    };
    return new SentCommand({ sentAtMs: 0, connection, call, sending, landed }, tell, tell);
  });
  return { batch: new SentBatch(items), told, landed: () => landedCount };
}

function decoded({ reply }: { readonly reply: unknown }): string {
  return textOf(reply);
}

test("each is told its own answer, in strings or in buffers, and a tombstone is one", () => {
  const { batch, told, landed } = batchOf(4);
  batch.answer(["+1", Buffer.from("-20"), "!", Buffer.from("!OOM command not allowed")]);
  expect(told.slice(0, 3)).toEqual(["+1", "-20", "!"]);
  expect(told[3]).toMatchObject({ code: "BACKEND_REJECTED", outcome: "not-applied" });
  expect([batch.isSettled, landed()]).toEqual([true, 4]);
});

test("an error that a script of Redis 6 caught is known too; one of Lua leaves the outcome open", () => {
  const { batch, told } = batchOf(2);
  batch.answer(["!@user_script: 12: -OOM command not allowed", "!user_script:3: attempt to index"]);
  expect(told[0]).toMatchObject({ outcome: "not-applied", cause: { code: "OOM" } });
  expect(told[1]).toMatchObject({ outcome: "unknown" });
});

test("an answer that is too short, or none, is unknown to those that it leaves out", () => {
  for (const reply of [["+1"], "+1", null]) {
    const { batch, told, landed } = batchOf(2);
    batch.answer(reply);
    expect(told[1]).toMatchObject({ code: "BACKEND_REJECTED", outcome: "unknown" });
    expect(landed()).toBe(2);
  }
});

test("an error from the middle of the script is unknown to all, one instead of it did nothing", () => {
  for (const [words, outcome] of [
    ["ERR user_script:9: attempt to call a nil value", "unknown"],
    ["LOADING Redis is loading the dataset in memory", "not-applied"],
  ]) {
    const { batch, told } = batchOf(2);
    batch.fail(new Error(words));
    expect(told.every((error) => LockError.is(error))).toBe(true);
    expect(told).toMatchObject([
      { outcome, lockName: "n-0" },
      { outcome, lockName: "n-1" },
    ]);
  }
});
