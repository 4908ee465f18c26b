import { createHash } from "node:crypto";
import { passOn } from "./queue-machines.ts";
import { operand, type ScriptMachine } from "./script-machine.ts";

/** A value of ours: holderId, token, since, description. */
const OURS = /^([\w-]+):(\d*):(\d{13}):(.*)$/s;

/** INSPECT: KEYS lock queue. */
export const inspect: ScriptMachine = (keyspace, keys) => {
  const lock = operand(keys, 0);
  const value = keyspace.get(lock);
  const waiting = String(keyspace.scores(operand(keys, 1)).size);
  if (value === undefined) return [waiting];
  const [, , token = "", since = "", description = ""] = OURS.exec(value) ?? [];
  const pttl = String(keyspace.remainingMs(lock));
  return [waiting, incarnationOf(value), pttl, token, since, description];
};

/** BREAK: KEYS lock fence queue waiters. ARGV incarnation, or 'any'. */
export const breakLock: ScriptMachine = (keyspace, keys, argv) => {
  const [lock, wanted] = [operand(keys, 0), operand(argv, 0)];
  if (wanted !== "any") {
    const value = keyspace.get(lock);
    if (value === undefined || incarnationOf(value) !== wanted) return "0";
  }
  const wasThere = keyspace.delete(lock);
  const [fence, queue, waiters] = [operand(keys, 1), operand(keys, 2), operand(keys, 3)];
  passOn(keyspace, { lock, fence, queue, waiters });
  return wasThere ? "1" : "0";
};

function incarnationOf(value: string): string {
  const holderId = OURS.exec(value)?.[1];
  return createHash("sha1")
    .update(holderId ?? value)
    .digest("hex");
}
