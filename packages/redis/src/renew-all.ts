import { LockError, type RenewOutcome, type RenewRequest } from "@holdfast/core";
import type { CommandRunner } from "./command-runner.ts";
import { listOf, renewReply } from "./reply.ts";
import { evalsha, RENEW, RENEW_AND_RAISE } from "./scripts.ts";
import type { Answer } from "./sent-command.ts";

/** What renewing needs to know of the provider it serves. */
export interface RenewTarget {
  readonly runner: CommandRunner;
  lockKey(name: string): string;
  /** The counter that a raise lifts too, and its ttl; 0 for one that never expires. */
  readonly fence: { key(lockKey: string): string; readonly ttlMs: number };
  /** Throws when an answer must not count. */
  check?(answer: Answer): void;
}

/** Items in one script call: half a millisecond of the server's time, so nobody waits long behind it. */
const RENEW_ITEMS_MAX = 500;
/** Lua counts in doubles; a larger token could not be told from its neighbour. */
const TOKEN_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** Renews everything in as few script calls as the bound allows, each answering for itself. */
export async function renewAll(
  requests: readonly RenewRequest[],
  target: RenewTarget,
): Promise<readonly RenewOutcome[]> {
  const outcomes: RenewOutcome[] = new Array(requests.length);
  const plain: number[] = [];
  const raising: number[] = [];
  for (const [index, { raiseFenceTo }] of requests.entries()) {
    if (raiseFenceTo === undefined) plain.push(index);
    else if (raiseFenceTo <= TOKEN_MAX) raising.push(index);
    else outcomes[index] = { status: "unknown", cause: tooLarge(raiseFenceTo) };
  }
  const batches = [
    ...chunks(plain).map((indexes) => ({ indexes, isRaising: false })),
    ...chunks(raising).map((indexes) => ({ indexes, isRaising: true })),
  ];
  await Promise.all(
    batches.map(async ({ indexes, isRaising }) => {
      const batch = indexes.map((index) => requests[index] as RenewRequest);
      const answers = await renewBatch(batch, isRaising, target);
      for (const [at, index] of indexes.entries()) outcomes[index] = answers[at] as RenewOutcome;
    }),
  );
  return outcomes;
}

/** One script call. A fault of the whole is an unknown outcome for each of its items. */
async function renewBatch(
  batch: readonly RenewRequest[],
  isRaising: boolean,
  target: RenewTarget,
): Promise<readonly RenewOutcome[]> {
  const keys: string[] = [];
  const operands: string[] = [];
  for (const { name, holderId, ttlMs, raiseFenceTo } of batch) {
    const lockKey = target.lockKey(name);
    keys.push(lockKey);
    operands.push(`${holderId}:`, String(ttlMs));
    if (!isRaising) continue;
    keys.push(target.fence.key(lockKey));
    operands.push(String(raiseFenceTo), String(target.fence.ttlMs));
  }
  const script = isRaising ? RENEW_AND_RAISE : RENEW;
  const decode = (answer: Answer): readonly RenewOutcome[] => {
    target.check?.(answer);
    const replies = listOf(answer.reply);
    return batch.map(({ ttlMs }, at) => renewReply(replies[at], answer.sentAtMs, ttlMs));
  };
  try {
    const command = evalsha(script, String(keys.length), ...keys, ...operands);
    return await target.runner.run({ script, command, decode });
  } catch (cause) {
    return batch.map(() => ({ status: "unknown", cause }));
  }
}

function chunks(indexes: readonly number[]): readonly (readonly number[])[] {
  const parts: (readonly number[])[] = [];
  for (let from = 0; from < indexes.length; from += RENEW_ITEMS_MAX) {
    parts.push(indexes.slice(from, from + RENEW_ITEMS_MAX));
  }
  return parts;
}

function tooLarge(raiseFenceTo: bigint): LockError {
  return new LockError(
    "BACKEND_REJECTED",
    `redis: a fencing token must be at most ${TOKEN_MAX}, not ${raiseFenceTo}`,
  );
}
