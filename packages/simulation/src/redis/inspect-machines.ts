import { createHash } from "node:crypto";
import { operand, type ScriptMachine } from "./script-machine.ts";

/** A value of ours: holderId, token, since, description. */
const OURS = /^([\w-]+):(\d*):(\d{13}):(.*)$/s;

/** INSPECT: KEYS lock. */
export const inspect: ScriptMachine = (keyspace, keys) => {
  const lock = operand(keys, 0);
  const value = keyspace.get(lock);
  if (value === undefined) return null;
  const [, , token = "", since = "", description = ""] = OURS.exec(value) ?? [];
  return [incarnationOf(value), String(keyspace.remainingMs(lock)), token, since, description];
};

/** BREAK: KEYS lock. ARGV incarnation, or 'any'. */
export const breakLock: ScriptMachine = (keyspace, keys, argv) => {
  const [lock, wanted] = [operand(keys, 0), operand(argv, 0)];
  if (wanted !== "any") {
    const value = keyspace.get(lock);
    if (value === undefined || incarnationOf(value) !== wanted) return "0";
  }
  return keyspace.delete(lock) ? "1" : "0";
};

function incarnationOf(value: string): string {
  const holderId = OURS.exec(value)?.[1];
  return createHash("sha1")
    .update(holderId ?? value)
    .digest("hex");
}
