import type { Keyspace } from "./keyspace.ts";
import { operand, type ScriptMachine } from "./script-machine.ts";

/** RELEASE: KEYS lock. ARGV "holderId:". */
export const release: ScriptMachine = (keyspace, keys, argv) => {
  return deleteOwn(keyspace, operand(keys, 0), operand(argv, 0)) ? "1" : "0";
};

/** RELEASE_IN_DOUBT: KEYS lock tombstone. ARGV "holderId:" tombstoneMs. */
export const releaseInDoubt: ScriptMachine = (keyspace, keys, argv) => {
  const wasOurs = deleteOwn(keyspace, operand(keys, 0), operand(argv, 0));
  keyspace.set(operand(keys, 1), "", Number(operand(argv, 1)));
  return wasOurs ? "1" : "0";
};

function deleteOwn(keyspace: Keyspace, lock: string, holder: string): boolean {
  return keyspace.get(lock)?.startsWith(holder) === true && keyspace.delete(lock);
}
