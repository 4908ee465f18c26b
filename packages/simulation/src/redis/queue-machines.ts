import type { Keyspace } from "./keyspace.ts";
import { holdOwn, mint } from "./lock-steps.ts";
import { digitsOf } from "./lua-number.ts";
import { ReplyError } from "./reply-error.ts";
import { operand, type ScriptMachine } from "./script-machine.ts";

/** The four keys that handing a lock on needs. */
export interface QueueKeys {
  readonly lock: string;
  readonly fence: string;
  readonly queue: string;
  readonly waiters: string;
}

const PUMP_ENTRIES_MAX = 64;
/** "liveUntilMs claimMs inbox\ndescription" */
const ENTRY = /^(\d+) (\d+) ([^\n]*)\n(.*)$/s;

/** Grants a free lock to the first in the queue that lives. */
export function pump(keyspace: Keyspace, keys: QueueKeys): void {
  for (let count = 0; count < PUMP_ENTRIES_MAX; count += 1) {
    const id = idsOf(keyspace, keys)[0];
    if (id === undefined) return;
    const entry = keyspace.fields(keys.waiters).get(id) ?? "";
    const [, liveUntil, claim = "", inbox = "", about = ""] = ENTRY.exec(entry) ?? [];
    if (liveUntil !== undefined && Number(liveUntil) * 1_000 >= keyspace.nowUs) {
      const token = mint(keyspace, keys.fence, keyspace.get(keys.fence));
      if (keyspace.has(keys.lock)) return;
      const since = digitsOf(Math.floor(keyspace.nowUs / 1_000)).padStart(13, "0");
      keyspace.set(keys.lock, `${id}:${token}:${since}:${about}`, Number(claim));
      leave(keyspace, keys, id);
      keyspace.publish(inbox, `${id} ${token} ${claim}`);
      return;
    }
    leave(keyspace, keys, id);
  }
}

/** As `pump` where a lock has just become free: an error changes nothing. */
export function passOn(keyspace: Keyspace, keys: QueueKeys): void {
  if (keyspace.has(keys.queue)) quietly(() => pump(keyspace, keys));
}

/** JOIN_QUEUE: KEYS lock fence tombstone queue waiters. ARGV as ACQUIRE, then claimMs inbox liveMs keepMs. */
export const joinQueue: ScriptMachine = (keyspace, keyNames, argv) => {
  const [lock, fence, tombstone, queue, waiters] = [0, 1, 2, 3, 4].map((at) =>
    operand(keyNames, at),
  ) as [string, string, string, string, string];
  const keys = { lock, fence, queue, waiters };
  if (keyspace.peek(tombstone) !== undefined) return "!";
  if (keyspace.peek(lock) === undefined && keyspace.has(queue)) pump(keyspace, keys);
  const [holder, ttlMs, tail] = [operand(argv, 0), Number(operand(argv, 1)), operand(argv, 2)];
  const own = holdOwn(keyspace, lock, { holder, ttlMs });
  if (own !== undefined) return own;
  if (keyspace.peek(lock) === undefined && !keyspace.has(queue)) {
    const token = mint(keyspace, fence, keyspace.peek(fence));
    if (!keyspace.has(lock)) {
      keyspace.set(lock, holder + token + tail, ttlMs);
      return `+${token}`;
    }
  }
  const id = holder.slice(0, -1);
  const [liveMs, keepMs] = [Number(operand(argv, 5)), Number(operand(argv, 6))];
  const scores = new Map(keyspace.scores(queue));
  const last = Math.max(0, ...scores.values());
  if (!scores.has(id)) scores.set(id, last + 1);
  keyspace.setScores(queue, scores);
  keyspace.expire(queue, keepMs);
  const liveUntil = digitsOf(Math.floor(keyspace.nowUs / 1_000) + liveMs);
  const about = tail.slice(":1234567890123:".length);
  const entry = `${liveUntil} ${operand(argv, 3)} ${operand(argv, 4)}\n${about}`;
  keyspace.setFields(waiters, new Map(keyspace.fields(waiters)).set(id, entry));
  keyspace.expire(waiters, keepMs);
  return placeOf(keyspace, keys, id);
};

/** HEARTBEAT: KEYS (lock fence queue waiters) × n. ARGV liveMs keepMs, then (holderId ttlMs) × n. */
export const heartbeat: ScriptMachine = (keyspace, keyNames, argv) => {
  const [liveMs, keepMs] = [Number(operand(argv, 0)), Number(operand(argv, 1))];
  const replies: string[] = [];
  for (let at = 0; at < keyNames.length / 4; at += 1) {
    const [lock, fence, queue, waiters] = [0, 1, 2, 3].map((kind) =>
      operand(keyNames, 4 * at + kind),
    ) as [string, string, string, string];
    const [id, ttlMs] = [operand(argv, 2 * at + 2), Number(operand(argv, 2 * at + 3))];
    try {
      replies.push(beat(keyspace, { lock, fence, queue, waiters }, { id, ttlMs, liveMs, keepMs }));
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      replies.push(`!${error.message}`);
    }
  }
  return replies;
};

interface Beat {
  readonly id: string;
  readonly ttlMs: number;
  readonly liveMs: number;
  readonly keepMs: number;
}

function beat(keyspace: Keyspace, keys: QueueKeys, { id, ttlMs, liveMs, keepMs }: Beat): string {
  const { lock, queue, waiters } = keys;
  const holder = `${id}:`;
  const own = holdOwn(keyspace, lock, { holder, ttlMs });
  if (own !== undefined) return own;
  const entry = keyspace.fields(waiters).get(id);
  if (entry === undefined || !keyspace.scores(queue).has(id)) return "-";
  const liveUntil = digitsOf(Math.floor(keyspace.nowUs / 1_000) + liveMs);
  const renewed = entry.replace(/^\d+/, liveUntil);
  keyspace.setFields(waiters, new Map(keyspace.fields(waiters)).set(id, renewed));
  keyspace.expire(waiters, keepMs);
  keyspace.expire(queue, keepMs);
  if (keyspace.peek(lock) === undefined) {
    pump(keyspace, keys);
    const granted = holdOwn(keyspace, lock, { holder, ttlMs });
    if (granted !== undefined) return granted;
    if (!keyspace.scores(queue).has(id)) return "-";
  }
  return placeOf(keyspace, keys, id);
}

function placeOf(keyspace: Keyspace, keys: QueueKeys, id: string): string {
  const stamp = keyspace.get(keys.fence) ?? "0";
  return `=${stamp} ${keyspace.remainingMs(keys.lock)} ${idsOf(keyspace, keys).indexOf(id)}`;
}

/** Who waits, the first first. */
function idsOf(keyspace: Keyspace, { queue }: QueueKeys): readonly string[] {
  return [...keyspace.scores(queue)].sort(([, a], [, b]) => a - b).map(([id]) => id);
}

/** ZREM and HDEL. */
function leave(keyspace: Keyspace, keys: QueueKeys, id: string): void {
  leaveQueue(keyspace, keys, id);
  leaveWaiters(keyspace, keys, id);
}

/** ZREM and HDEL, each by pcall. */
export function leaveQuietly(keyspace: Keyspace, keys: QueueKeys, id: string): void {
  quietly(() => leaveQueue(keyspace, keys, id));
  quietly(() => leaveWaiters(keyspace, keys, id));
}

function leaveQueue(keyspace: Keyspace, { queue }: QueueKeys, id: string): void {
  const scores = new Map(keyspace.scores(queue));
  if (scores.delete(id)) keyspace.setScores(queue, scores);
}

function leaveWaiters(keyspace: Keyspace, { waiters }: QueueKeys, id: string): void {
  const fields = new Map(keyspace.fields(waiters));
  if (fields.delete(id)) keyspace.setFields(waiters, fields);
}

function quietly(command: () => void): void {
  try {
    command();
  } catch (error) {
    if (!(error instanceof ReplyError)) throw error;
  }
}
