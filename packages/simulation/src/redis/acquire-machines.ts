import type { Keyspace } from "./keyspace.ts";
import { holdOwn, mint } from "./lock-steps.ts";
import { digitsOf, numberOf } from "./lua-number.ts";
import { pump } from "./queue-machines.ts";
import { operand, type ScriptMachine } from "./script-machine.ts";

/** ACQUIRE: KEYS lock fence tombstone queue waiters. ARGV "holderId:" ttlMs ":since:description". */
export const acquire: ScriptMachine = (keyspace, keys, argv) => {
  const refusal = answerBefore(keyspace, keys, argv);
  if (refusal !== undefined) return refusal;
  const fence = operand(keys, 1);
  const token = mint(keyspace, fence, keyspace.peek(fence));
  return take(keyspace, operand(keys, 0), { token, argv });
};

/** ACQUIRE_UNFENCED: KEYS and ARGV as ACQUIRE. */
export const acquireUnfenced: ScriptMachine = (keyspace, keys, argv) => {
  return (
    answerBefore(keyspace, keys, argv) ?? take(keyspace, operand(keys, 0), { token: "", argv })
  );
};

/** Everything before the lock is known to be free, and nobody to wait for it. */
function answerBefore(
  keyspace: Keyspace,
  keyNames: readonly string[],
  argv: readonly string[],
): string | undefined {
  if (keyspace.peek(operand(keyNames, 2)) !== undefined) return "!";
  const lock = operand(keyNames, 0);
  const queue = operand(keyNames, 3);
  const isAwaited = keyspace.peek(lock) === undefined && keyspace.has(queue);
  if (isAwaited) {
    pump(keyspace, { lock, fence: operand(keyNames, 1), queue, waiters: operand(keyNames, 4) });
    if (keyspace.peek(lock) === undefined && keyspace.has(queue)) {
      return `-${keyspace.remainingMs(lock)}`;
    }
  }
  return answerIfTaken(keyspace, keyNames, argv);
}

/**
 * ACQUIRE_AS_MEMBER: KEYS lock fence tombstone marker. ARGV as ACQUIRE, then proposal slackUs fenceTtlMs
 * marker. A slackUs of '' restores.
 */
export const acquireAsMember: ScriptMachine = (keyspace, keys, argv) => {
  const [fence, marker] = [operand(keys, 1), operand(keys, 3)];
  if (keyspace.peek(marker) !== operand(argv, 6)) return "~";
  if (keyspace.peek(operand(keys, 2)) !== undefined) return "!";
  const refusal = answerIfTaken(keyspace, keys, argv);
  if (refusal !== undefined) return refusal;
  const last = keyspace.peek(fence);
  if (last !== undefined && operand(argv, 4) !== "") {
    const aheadUs = numberOf(operand(argv, 5)) * 1_000;
    if (numberOf(last) > keyspace.nowUs + aheadUs) return `=${keyspace.remainingMs(fence)}`;
  }
  const token = memberToken(last === undefined ? undefined : numberOf(last), keyspace.nowUs, argv);
  if (token === undefined) return "--1";
  const fenceTtlMs = Number(operand(argv, 5));
  keyspace.set(fence, digitsOf(token), fenceTtlMs);
  const reply = take(keyspace, operand(keys, 0), { token: digitsOf(token), argv });
  return reply.startsWith("+") ? `${reply}@${timeOf(keyspace)}` : reply;
};

/** TIME as a script joins it: seconds and the rest in microseconds, neither padded. */
function timeOf({ nowUs }: Keyspace): string {
  return `${Math.floor(nowUs / 1_000_000)}.${nowUs % 1_000_000}`;
}

/** Undefined where a lock is not restored, because a larger token was given out. */
function memberToken(
  last: number | undefined,
  nowUs: number,
  argv: readonly string[],
): number | undefined {
  const [proposal, slack] = [operand(argv, 3), operand(argv, 4)];
  if (slack === "") {
    const token = numberOf(proposal);
    return last !== undefined && last > token ? undefined : token;
  }
  const token = proposal === "" ? nowUs : clamped(numberOf(proposal), nowUs, numberOf(slack));
  return last === undefined ? token : Math.max(last + 1, token);
}

function clamped(proposal: number, nowUs: number, slackUs: number): number {
  return Math.min(Math.max(proposal, nowUs - slackUs), nowUs + slackUs);
}

/** The lock is taken already: by this holder, then its ttl starts anew, or by another. */
function answerIfTaken(
  keyspace: Keyspace,
  keys: readonly string[],
  argv: readonly string[],
): string | undefined {
  const [lock, holder] = [operand(keys, 0), operand(argv, 0)];
  const value = keyspace.peek(lock);
  if (value === undefined) return undefined;
  return (
    holdOwn(keyspace, lock, { holder, ttlMs: Number(operand(argv, 1)) }) ??
    `-${keyspace.remainingMs(lock)}`
  );
}

function take(
  keyspace: Keyspace,
  lock: string,
  { token, argv }: { readonly token: string; readonly argv: readonly string[] },
): string {
  // Something that is not a string: a foreign lock, which looks absent to MGET.
  if (keyspace.has(lock)) return `-${keyspace.remainingMs(lock)}`;
  const value = operand(argv, 0) + token + operand(argv, 2);
  keyspace.set(lock, value, Number(operand(argv, 1)));
  return `+${token}`;
}
